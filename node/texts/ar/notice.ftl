# Beside the French that binds. Not yet read by a professional translator.
dit-prenom = اسمك الأول
dit-telephone = رقم هاتفك
dit-mel = بريدك الإلكتروني
dit-adresse = عنوانك
dit-par-nous = كيفية الاتصال بك من خلالنا
dit-avec-code = أنك ستأتي برمزك
dit-prudence = ما يجب الانتباه إليه عند الاتصال بك
dit-apporte = ما ستحضره معك
dit-note = ملاحظة عملية
dit-coordination = مهني آخر يتابعك
dit-representant = من يمثلك
dit-etape = أين وصل الإجراء
dit-papiers = الوثائق التي لديك
dit-equipement = الأجهزة التي في بيتك
dit-autonomie = ما تفعله وحدك على الشاشة
dit-contexte = ملاحظة عن وضعك
