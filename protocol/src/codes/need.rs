//! What a person needs: the right first, the digital obstacle second.

use super::code_list;
use crate::calendar::{Calendar, Day};
use crate::time::Timestamp;

code_list! {
    /// What is needed: a theme of the national directory of services (data·inclusion, version 1).
    ///
    /// These are other people's codes, kept as they write them.
    NeedCode or Other {
        ChoisirUnMetierConfirmerSonChoixDeMetier =
            "choisir-un-metier--confirmer-son-choix-de-metier",
        ChoisirUnMetierConnaitreLesOpportunitesDemploi =
            "choisir-un-metier--connaitre-les-opportunites-demploi",
        ChoisirUnMetierDecouvrirUnMetierOuUnSecteurDactivite =
            "choisir-un-metier--decouvrir-un-metier-ou-un-secteur-dactivite",
        ChoisirUnMetierIdentifierSesPointsFortsEtSesCompetences =
            "choisir-un-metier--identifier-ses-points-forts-et-ses-competences",
        CreerUneEntrepriseDefinirSonProjetDeCreationDentreprise =
            "creer-une-entreprise--definir-son-projet-de-creation-dentreprise",
        CreerUneEntrepriseDevelopperSonEntreprise =
            "creer-une-entreprise--developper-son-entreprise",
        CreerUneEntrepriseStructurerSonProjetDeCreationDentreprise =
            "creer-une-entreprise--structurer-son-projet-de-creation-dentreprise",
        DifficultesAdministrativesOuJuridiquesAccompagnementAuxDemarchesAdministratives =
            "difficultes-administratives-ou-juridiques--accompagnement-aux-demarches-administratives",
        DifficultesAdministrativesOuJuridiquesAccompagnementPourLaccesALaCitoyennete =
            "difficultes-administratives-ou-juridiques--accompagnement-pour-lacces-a-la-citoyennete",
        DifficultesAdministrativesOuJuridiquesAccompagnementPourLaccesAuxDroits =
            "difficultes-administratives-ou-juridiques--accompagnement-pour-lacces-aux-droits",
        DifficultesAdministrativesOuJuridiquesBeneficierDuneMesureDaccompagnementAdapte =
            "difficultes-administratives-ou-juridiques--beneficier-dune-mesure-daccompagnement-adapte",
        DifficultesAdministrativesOuJuridiquesConnaitreSesDroitsFaceAUneDiscrimination =
            "difficultes-administratives-ou-juridiques--connaitre-ses-droits-face-a-une-discrimination",
        DifficultesAdministrativesOuJuridiquesPrendreEnCompteUneProblematiqueJudiciaire =
            "difficultes-administratives-ou-juridiques--prendre-en-compte-une-problematique-judiciaire",
        DifficultesFinancieresAcquerirUneAutonomieBudgetaire =
            "difficultes-financieres--acquerir-une-autonomie-budgetaire",
        DifficultesFinancieresAmeliorerSaGestionBudgetaire =
            "difficultes-financieres--ameliorer-sa-gestion-budgetaire",
        DifficultesFinancieresMettreEnPlaceUneMesureDeProtectionFinanciere =
            "difficultes-financieres--mettre-en-place-une-mesure-de-protection-financiere",
        DifficultesFinancieresPrevenirUneDegradationDeLaSituationFinanciere =
            "difficultes-financieres--prevenir-une-degradation-de-la-situation-financiere",
        DifficultesFinancieresSituationDendettementSurendettement =
            "difficultes-financieres--situation-dendettement-surendettement",
        EquipementEtAlimentationAideMenagere = "equipement-et-alimentation--aide-menagere",
        EquipementEtAlimentationAlimentation = "equipement-et-alimentation--alimentation",
        EquipementEtAlimentationElectromenager = "equipement-et-alimentation--electromenager",
        EquipementEtAlimentationHabillement = "equipement-et-alimentation--habillement",
        FamilleGardeDenfants = "famille--garde-denfants",
        FamillePriseEnChargePersonneDependante = "famille--prise-en-charge-personne-dependante",
        FamilleSoutienALaParentaliteEtALeducation =
            "famille--soutien-a-la-parentalite-et-a-leducation",
        FamilleSoutienAidants = "famille--soutien-aidants",
        FamilleSurmonterConflitsSeparationViolence =
            "famille--surmonter-conflits-separation-violence",
        LectureEcritureCalculMaitriserLeCalcul = "lecture-ecriture-calcul--maitriser-le-calcul",
        LectureEcritureCalculMaitriserLeFrancais = "lecture-ecriture-calcul--maitriser-le-francais",
        LogementHebergementAcheterUnLogement = "logement-hebergement--acheter-un-logement",
        LogementHebergementChangerDeLogement = "logement-hebergement--changer-de-logement",
        LogementHebergementLouerUnLogement = "logement-hebergement--louer-un-logement",
        LogementHebergementRechercherUneSolutionDhebergementTemporaire =
            "logement-hebergement--rechercher-une-solution-dhebergement-temporaire",
        LogementHebergementReduireLesImpayesDeLoyer =
            "logement-hebergement--reduire-les-impayes-de-loyer",
        LogementHebergementSeMaintenirDansLeLogement =
            "logement-hebergement--se-maintenir-dans-le-logement",
        LogementHebergementSinformerSurLesDemarchesLieesALaccesAuLogement =
            "logement-hebergement--sinformer-sur-les-demarches-liees-a-lacces-au-logement",
        MobiliteAccederAUnVehicule = "mobilite--acceder-a-un-vehicule",
        MobiliteEntretenirReparerSonVehicule = "mobilite--entretenir-reparer-son-vehicule",
        MobiliteEtreAccompagneDansSonParcoursMobilite =
            "mobilite--etre-accompagne-dans-son-parcours-mobilite",
        MobiliteFinancerMaMobilite = "mobilite--financer-ma-mobilite",
        MobiliteMobiliteDoucePartageeCollective = "mobilite--mobilite-douce-partagee-collective",
        MobilitePreparerUnPermis = "mobilite--preparer-un-permis",
        NumeriqueAccederADesServicesEnLigne = "numerique--acceder-a-des-services-en-ligne",
        NumeriqueAccederAUneConnexionInternet = "numerique--acceder-a-une-connexion-internet",
        NumeriqueAcquerirUnEquipement = "numerique--acquerir-un-equipement",
        NumeriqueMaitriserLesFondamentauxDuNumerique =
            "numerique--maitriser-les-fondamentaux-du-numerique",
        PreparerSaCandidatureDevelopperSonReseau = "preparer-sa-candidature--developper-son-reseau",
        PreparerSaCandidatureOrganiserSesDemarchesDeRechercheDemploi =
            "preparer-sa-candidature--organiser-ses-demarches-de-recherche-demploi",
        PreparerSaCandidatureRealiserUnCvEtOuUneLettreDeMotivation =
            "preparer-sa-candidature--realiser-un-cv-et-ou-une-lettre-de-motivation",
        PreparerSaCandidatureValoriserSesCompetences =
            "preparer-sa-candidature--valoriser-ses-competences",
        RemobilisationActivitesSportivesEtCulturelles =
            "remobilisation--activites-sportives-et-culturelles",
        RemobilisationBenevolatActionCitoyenne = "remobilisation--benevolat-action-citoyenne",
        RemobilisationBienEtreConfianceEnSoi = "remobilisation--bien-etre-confiance-en-soi",
        RemobilisationLienSocial = "remobilisation--lien-social",
        SanteAccesAuxSoins = "sante--acces-aux-soins",
        SanteAddictions = "sante--addictions",
        SanteConstituerUnDossierMdphInvalidite = "sante--constituer-un-dossier-mdph-invalidite",
        SanteSanteMentale = "sante--sante-mentale",
        SanteSanteSexuelle = "sante--sante-sexuelle",
        SeFormerMonterSonDossierDeFormation = "se-former--monter-son-dossier-de-formation",
        SeFormerTrouverSaFormation = "se-former--trouver-sa-formation",
        SouvrirALinternationalConnaitreLesOpportunitesDemploiALetranger =
            "souvrir-a-linternational--connaitre-les-opportunites-demploi-a-letranger",
        SouvrirALinternationalSinformerSurLesAidesPourTravaillerALetranger =
            "souvrir-a-linternational--sinformer-sur-les-aides-pour-travailler-a-letranger",
        SouvrirALinternationalSorganiserSuiteASonRetourEnFrance =
            "souvrir-a-linternational--sorganiser-suite-a-son-retour-en-france",
        TrouverUnEmploiConvaincreUnRecruteurEnEntretien =
            "trouver-un-emploi--convaincre-un-recruteur-en-entretien",
        TrouverUnEmploiFaireDesCandidaturesSpontanees =
            "trouver-un-emploi--faire-des-candidatures-spontanees",
        TrouverUnEmploiMaintienDansLemploi = "trouver-un-emploi--maintien-dans-lemploi",
        TrouverUnEmploiRepondreADesOffresDemploi =
            "trouver-un-emploi--repondre-a-des-offres-demploi",
        TrouverUnEmploiSuivreSesCandidaturesEtRelancerLesEmployeurs =
            "trouver-un-emploi--suivre-ses-candidatures-et-relancer-les-employeurs",
        /// None of these.
        Other = "other",
    }
}

code_list! {
    /// The right or procedure at stake: a theme that mediators and accredited helpers share.
    Right or Other {
        /// Identity papers, elections, citizenship.
        Papers = "papiers",
        /// Family, school.
        Family = "famille",
        /// Social benefits, health.
        Social = "social",
        /// Work, training.
        Work = "travail",
        /// Housing.
        Housing = "logement",
        /// Transport, mobility.
        Transport = "transports",
        /// Money, taxes.
        Money = "argent",
        /// Justice.
        Justice = "justice",
        /// Foreigners, Europe.
        Foreigners = "etranger",
        /// Leisure, sport, culture.
        Leisure = "loisirs",
        /// Associations.
        Associations = "associations",
        /// None of these.
        Other = "other",
    }
}

code_list! {
    /// What stands, on the digital side, between the person and her right.
    Obstacle or Other {
        /// Nothing to do it with.
        NoEquipment = "no_equipment",
        /// No connection.
        NoConnection = "no_connection",
        /// No mailbox.
        NoMailbox = "no_mailbox",
        /// A password or an account that is lost.
        LostAccess = "lost_access",
        /// The machine itself is hard to use.
        DeviceSkills = "device_skills",
        /// The form is hard to fill.
        OnlineForm = "online_form",
        /// Accounts that somebody else may open.
        AccountSecurity = "account_security",
        /// The agency does not answer, or its site does not work.
        AgencyBlocked = "agency_blocked",
        /// None of these.
        Other = "other",
    }
}

code_list! {
    /// How near the deadline of the right was when the referral was proposed. Drives every clock.
    Urgency or Normal {
        /// None, or more than 30 days away.
        Normal = "normal",
        /// 8 to 30 days away.
        Priority = "priority",
        /// 7 days away or fewer, or passed.
        RightAtRisk = "right_at_risk",
    }
}

impl Urgency {
    /// Returns the urgency of a right whose deadline is `deadline`, on the day of `at`.
    #[must_use]
    pub fn at(calendar: Calendar, at: Timestamp, deadline: Option<Day>) -> Self {
        match deadline.map(|day| day.days_since(calendar.day(at))) {
            None | Some(31..) => Self::Normal,
            Some(8..=30) => Self::Priority,
            Some(..=7) => Self::RightAtRisk,
        }
    }
}

code_list! {
    /// What the person does by herself on the screen today. Observed, never a score.
    Autonomy or Unknown {
        /// Nothing without a hand on the mouse.
        Nothing = "0",
        /// Each gesture is guided.
        EachGesture = "1",
        /// With help now and then.
        NowAndThen = "2",
        /// Alone on what she knows.
        OnWhatSheKnows = "3",
        /// Alone.
        Alone = "4",
        /// Not observed.
        Unknown = "unknown",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urgency_follows_the_deadline() {
        let calendar = Calendar::Metropolitan;
        let now = calendar.at("2026-03-02".parse().unwrap(), 9, 0).unwrap();
        let urgency = |day: &str| Urgency::at(calendar, now, Some(day.parse().unwrap()));
        assert_eq!(Urgency::at(calendar, now, None), Urgency::Normal);
        assert_eq!(urgency("2026-04-02"), Urgency::Normal);
        assert_eq!(urgency("2026-04-01"), Urgency::Priority);
        assert_eq!(urgency("2026-03-10"), Urgency::Priority);
        assert_eq!(urgency("2026-03-09"), Urgency::RightAtRisk);
        assert_eq!(urgency("2026-02-01"), Urgency::RightAtRisk);
    }
}
