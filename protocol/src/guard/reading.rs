//! A text as words, numbers and marks, whatever its accents, case, spaces and typography.

use std::ops::Range;

/// A word, a number or a mark. Spaces and apostrophes only separate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) shape: Shape,
    /// Lower case, without accents.
    pub(super) text: String,
    /// Where it is in the text as it was given.
    pub(super) span: Range<usize>,
    /// No space before.
    pub(super) glued: bool,
    pub(super) case: Case,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// Letters.
    Word,
    /// Decimal digits.
    Digits,
    /// One character that is neither, or the end of a line.
    Mark,
}

/// How a word is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Case {
    /// `mot`; numbers and marks too.
    Lower,
    /// `Mot`; a single capital too.
    Capital,
    /// `MOT`.
    Shouted,
    /// `leMot`, `LeMot`.
    Mixed,
}

impl Token {
    pub(super) fn is_word(&self) -> bool {
        self.shape == Shape::Word
    }

    pub(super) fn is_digits(&self) -> bool {
        self.shape == Shape::Digits
    }

    pub(super) fn is_mark(&self, marks: &str) -> bool {
        self.shape == Shape::Mark && marks.contains(self.text.as_str())
    }

    pub(super) fn ends_sentence(&self) -> bool {
        self.is_mark(".!?;\n…")
    }

    /// Tells whether it begins as a name does.
    pub(super) fn is_capitalized(&self) -> bool {
        matches!(self.case, Case::Capital | Case::Shouted)
    }

    fn begun(glyph: char, shape: Shape, span: Range<usize>, glued: bool, upper: bool) -> Self {
        let case = if upper { Case::Capital } else { Case::Lower };
        Self { shape, text: glyph.to_string(), span, glued, case }
    }

    fn grow(&mut self, glyph: char, end: usize, upper: bool) {
        let is_initial = self.text.chars().nth(1).is_none();
        self.case = match (self.case, upper) {
            (Case::Lower, false) => Case::Lower,
            (Case::Capital, false) => Case::Capital,
            (Case::Capital, true) if is_initial => Case::Shouted,
            (Case::Shouted, true) => Case::Shouted,
            (Case::Lower | Case::Capital, true) | (Case::Shouted, false) | (Case::Mixed, _) => {
                Case::Mixed
            }
        };
        self.text.push(glyph);
        self.span.end = end;
    }
}

/// Returns the tokens at the beginning that no space separates, 32 at most.
pub(super) fn glued(tokens: &[Token]) -> &[Token] {
    let more =
        tokens.iter().skip(1).take(31).take_while(|token| token.glued && !token.is_mark("\n"));
    let length = more.count().saturating_add(1).min(tokens.len());
    tokens.get(..length).unwrap_or_default()
}

/// Returns them without the marks that end a phrase.
pub(super) fn trimmed(value: &[Token]) -> &[Token] {
    let is_end = |token: &Token| token.is_mark(".,;:!?)\"…");
    let length =
        value.iter().rposition(|token| !is_end(token)).map_or(0, |last| last.saturating_add(1));
    value.get(..length).unwrap_or_default()
}

/// What separates a character from the one before.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Gap {
    Nothing,
    Apostrophe,
    Space,
}

/// Reads a text once.
pub(super) fn read(text: &str) -> Vec<Token> {
    let mut tokens: Vec<Token> = Vec::new();
    let mut gap = Gap::Space;
    for (start, original) in text.char_indices() {
        let end = start.saturating_add(original.len_utf8());
        if is_invisible(original) {
            if let Some(last) = tokens.last_mut().filter(|_| gap == Gap::Nothing) {
                last.span.end = end;
            }
            continue;
        }
        for glyph in fold(original) {
            let Some(shape) = shape(glyph) else {
                gap = if glyph == '\'' { Gap::Apostrophe } else { Gap::Space };
                continue;
            };
            let upper = original.is_uppercase();
            let grows = |last: &&mut Token| {
                gap == Gap::Nothing && last.shape == shape && shape != Shape::Mark
            };
            match tokens.last_mut().filter(grows) {
                Some(last) => last.grow(glyph, end, upper),
                None => {
                    let glued = gap != Gap::Space;
                    tokens.push(Token::begun(glyph, shape, start..end, glued, upper));
                }
            }
            gap = if glyph == '\n' { Gap::Space } else { Gap::Nothing };
        }
    }
    tokens
}

fn shape(glyph: char) -> Option<Shape> {
    match glyph {
        '\'' => None,
        '\n' => Some(Shape::Mark),
        _ if glyph.is_whitespace() || glyph.is_control() => None,
        _ if glyph.is_ascii_digit() => Some(Shape::Digits),
        _ if glyph.is_alphabetic() => Some(Shape::Word),
        _ => Some(Shape::Mark),
    }
}

/// Tells whether a character is not seen by itself: zero width, soft hyphen, direction, accent.
fn is_invisible(original: char) -> bool {
    matches!(
        original,
        '\u{ad}' | '\u{34f}' | '\u{180e}' | '\u{feff}'
            | '\u{300}'..='\u{36f}'
            | '\u{200b}'..='\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{fe00}'..='\u{fe0f}'
    )
}

/// Returns a character as it is compared.
fn fold(original: char) -> impl Iterator<Item = char> {
    let lower = narrow(original).to_lowercase().next().unwrap_or(original);
    let (first, second) = match lower {
        'à' | 'á' | 'â' | 'ã' | 'ä' | 'å' | 'ā' | 'ă' | 'ą' | 'ª' => ('a', None),
        'ç' | 'ć' | 'č' => ('c', None),
        'ď' | 'đ' => ('d', None),
        'è' | 'é' | 'ê' | 'ë' | 'ē' | 'ė' | 'ę' | 'ě' => ('e', None),
        'ğ' => ('g', None),
        'ì' | 'í' | 'î' | 'ï' | 'ī' | 'į' | 'ı' => ('i', None),
        'ł' => ('l', None),
        'ñ' | 'ń' | 'ň' => ('n', None),
        'ò' | 'ó' | 'ô' | 'õ' | 'ö' | 'ø' | 'ō' | 'ő' => ('o', None),
        'ř' => ('r', None),
        'ś' | 'š' | 'ş' | 'ș' => ('s', None),
        'ť' | 'ţ' | 'ț' => ('t', None),
        'ù' | 'ú' | 'û' | 'ü' | 'ū' | 'ů' | 'ű' => ('u', None),
        'ý' | 'ÿ' => ('y', None),
        'ź' | 'ż' | 'ž' => ('z', None),
        'œ' => ('o', Some('e')),
        'æ' => ('a', Some('e')),
        'ß' => ('s', Some('s')),
        'º' => ('°', None),
        '’' | '‘' | 'ʼ' | '`' | '´' | '′' => ('\'', None),
        '‐' | '‑' | '‒' | '–' | '—' | '−' | '―' => ('-', None),
        '“' | '”' | '„' | '«' | '»' | '‹' | '›' => ('"', None),
        '\r' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}' => ('\n', None),
        _ => (lower, None),
    };
    std::iter::once(first).chain(second)
}

/// Returns the ordinary form of full-width characters, and of digits of other scripts.
fn narrow(original: char) -> char {
    let (from, to) = match original {
        '\u{ff01}'..='\u{ff5e}' => ('\u{ff01}', '!'),
        '\u{660}'..='\u{669}' => ('\u{660}', '0'),
        '\u{6f0}'..='\u{6f9}' => ('\u{6f0}', '0'),
        _ => return original,
    };
    let rank = u32::from(original).saturating_sub(u32::from(from));
    char::from_u32(u32::from(to).saturating_add(rank)).unwrap_or(original)
}
