//! Settings: from the environment, every fault reported at once.
use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::path::PathBuf;

use chrono::NaiveDate;

use crate::access::Role;
use crate::access::token::{Introspection, Settings as TokenSettings, is_safe_url};
use crate::audit::seal::SealKeys;
use crate::inspection::clock::{Counted, Length};
use crate::inspection::report::Settings as ReportSettings;
use crate::retention::{Kind, Periods};
use crate::training::attendance::participants::Keeper;

/// The settings of `kindreflex serve`.
#[derive(Debug, Clone)]
pub struct Config {
    /// Where to listen.
    pub listen: SocketAddr,
    /// The address that links show, without a slash at its end.
    pub public_url: String,
    /// `sqlite:PATH` or `postgres://…`.
    pub database_url: String,
    /// Connections to the database at most; on SQLite, readers.
    pub database_connections: u32,
    /// Threads that take requests.
    pub workers: usize,
    /// The largest attachment, in bytes.
    pub attachment_limit: usize,
    /// How long an attachment may take to arrive, in seconds. Less than the day after which the sweep takes it for abandoned.
    pub attachment_seconds: u64,
    /// How long an `Idempotency-Key` is remembered, in hours.
    pub idempotency_hours: u32,
    /// How long a tablet may show what it packed for an inspection, in days.
    pub pack_days: u64,
    /// What is set about reports.
    pub reports: ReportSettings,
    /// No figure is about fewer facilities than these.
    pub smallest_group: u32,
    /// The secret of the hashes of who took part in trainings.
    pub participants: Keeper,
    /// The key that signs the audit's seals.
    pub seal_key: Option<SealKeys>,
    /// How tokens are checked.
    pub tokens: TokenSettings,
}

/// The names of all settings, with their default where they have one.
pub const NAMES: &[(&str, Option<&str>)] = &[
    ("KINDREFLEX_LISTEN", Some("127.0.0.1:8080")),
    ("KINDREFLEX_PUBLIC_URL", None),
    ("KINDREFLEX_DATABASE_URL", None),
    ("KINDREFLEX_DATABASE_CONNECTIONS", Some("8")),
    ("KINDREFLEX_WORKERS", Some("1")),
    ("KINDREFLEX_ISSUER", None),
    ("KINDREFLEX_AUDIENCE", None),
    ("KINDREFLEX_REQUIRE_TYP", Some("true")),
    ("KINDREFLEX_LEEWAY_SECONDS", Some("5")),
    ("KINDREFLEX_INTROSPECTION_CLIENT", Some("")),
    ("KINDREFLEX_INTROSPECTION_SECRET", Some("")),
    ("KINDREFLEX_ROLE_CLAIM", Some("kindreflex_rol_3d")),
    ("KINDREFLEX_ORGANISATION_CLAIM", Some("vo_orgcode")),
    ("KINDREFLEX_ROLES", Some("")),
    ("KINDREFLEX_OFFICES", Some("")),
    ("KINDREFLEX_SEAL_KEY", None),
    ("KINDREFLEX_ATTACHMENT_LIMIT", Some("10485760")),
    ("KINDREFLEX_ATTACHMENT_SECONDS", Some("600")),
    ("KINDREFLEX_IDEMPOTENCY_HOURS", Some("168")),
    ("KINDREFLEX_PACK_DAYS", Some("14")),
    ("KINDREFLEX_REACTION_TERM", Some("")),
    ("KINDREFLEX_TERM_REACTION_TERM", Some("")),
    ("KINDREFLEX_DELIVERY_PRESUMED", Some("")),
    ("KINDREFLEX_HOLIDAYS", Some("")),
    ("KINDREFLEX_REPORT_PREFIX", Some("")),
    ("KINDREFLEX_SMALLEST_GROUP", Some("5")),
    ("KINDREFLEX_PARTICIPANT_KEY", Some("")),
    ("KINDREFLEX_PARTICIPANT_KEY_MONTHS", Some("60")),
    (Kind::SelfAssessment.setting(), Some("")),
    (Kind::Draft.setting(), Some("")),
    (Kind::Attachment.setting(), Some("")),
    (Kind::Redaction.setting(), Some("")),
    (Kind::AuditPayload.setting(), Some("")),
];

impl Config {
    /// Reads the process's environment.
    pub fn from_environment() -> Result<Self, Vec<String>> {
        Self::read(environment())
    }

    /// Reads settings; every fault is named, with what would be right.
    pub fn read(given: BTreeMap<String, String>) -> Result<Self, Vec<String>> {
        let mut reader = Reader {
            given,
            faults: Vec::new(),
        };
        reader.refuse_unknown();
        let config = Self {
            listen: reader.parsed(
                "KINDREFLEX_LISTEN",
                "an address and port such as 127.0.0.1:8080",
            ),
            public_url: reader.url("KINDREFLEX_PUBLIC_URL"),
            database_url: reader.database(),
            database_connections: reader.number("KINDREFLEX_DATABASE_CONNECTIONS", 1, 200),
            workers: reader.number("KINDREFLEX_WORKERS", 1, 64),
            attachment_limit: reader.number("KINDREFLEX_ATTACHMENT_LIMIT", 1024, 1_073_741_824),
            attachment_seconds: reader.number("KINDREFLEX_ATTACHMENT_SECONDS", 30, 43_200),
            idempotency_hours: reader.number("KINDREFLEX_IDEMPOTENCY_HOURS", 1, 8760),
            pack_days: reader.number("KINDREFLEX_PACK_DAYS", 1, 365),
            reports: ReportSettings {
                reaction: reader.length("KINDREFLEX_REACTION_TERM"),
                terms: reader.length("KINDREFLEX_TERM_REACTION_TERM"),
                presumed: reader.length("KINDREFLEX_DELIVERY_PRESUMED"),
                holidays: reader.days("KINDREFLEX_HOLIDAYS"),
                prefix: reader.text("KINDREFLEX_REPORT_PREFIX"),
            },
            smallest_group: reader.number("KINDREFLEX_SMALLEST_GROUP", 2, 1000),
            participants: reader.participants(),
            seal_key: reader.seal_key(),
            tokens: reader.tokens(),
        };
        if let Err(faults) = retention(&reader.given) {
            reader.faults.extend(faults);
        }
        if reader.faults.is_empty() {
            Ok(config)
        } else {
            Err(reader.faults)
        }
    }
}

/// How long records are kept; every fault is named. A kind whose setting is absent, or empty, is kept for ever.
pub fn retention(given: &BTreeMap<String, String>) -> Result<Periods, Vec<String>> {
    let (mut periods, mut faults) = (Periods::default(), Vec::new());
    for kind in Kind::ALL {
        let name = kind.setting();
        let Some(text) = given.get(name).filter(|text| !text.is_empty()) else {
            continue;
        };
        match text.parse() {
            Ok(months @ 1..=1200) => drop(periods.0.insert(*kind, months)),
            _ => faults.push(format!(
                "{name}: {text:?} is not a number of months from 1 to 1200"
            )),
        }
    }
    if faults.is_empty() {
        Ok(periods)
    } else {
        Err(faults)
    }
}

/// The settings among the process's environment.
#[allow(
    clippy::disallowed_methods,
    reason = "the environment is read here alone"
)]
pub fn environment() -> BTreeMap<String, String> {
    std::env::vars()
        .filter(|(name, _)| name.starts_with("KINDREFLEX_"))
        .collect()
}

struct Reader {
    given: BTreeMap<String, String>,
    faults: Vec<String>,
}

impl Reader {
    fn refuse_unknown(&mut self) {
        let known: Vec<&str> = NAMES.iter().map(|(name, _)| *name).collect();
        for name in self.given.keys() {
            if !known.contains(&name.as_str()) {
                self.faults.push(format!(
                    "{name} is no setting; there are: {}",
                    known.join(", ")
                ));
            }
        }
    }

    fn fault(&mut self, name: &str, what: &str) {
        self.faults.push(format!("{name}: {what}"));
    }

    /// The value given, or the default; what must be given and is not is a fault.
    fn text(&mut self, name: &str) -> String {
        let default = NAMES
            .iter()
            .find(|(known, _)| *known == name)
            .and_then(|(_, default)| *default);
        match (
            self.given.get(name).filter(|value| !value.is_empty()),
            default,
        ) {
            (Some(value), _) => value.clone(),
            (None, Some(default)) => default.to_owned(),
            (None, None) => {
                self.fault(name, "is not set");
                String::new()
            }
        }
    }

    fn parsed<T: std::str::FromStr + From<([u8; 4], u16)>>(
        &mut self,
        name: &str,
        right: &str,
    ) -> T {
        let text = self.text(name);
        text.parse().unwrap_or_else(|_| {
            self.fault(name, &format!("{text:?} is not {right}"));
            T::from(([127, 0, 0, 1], 8080))
        })
    }

    fn number<T: std::str::FromStr + PartialOrd + Copy + std::fmt::Display>(
        &mut self,
        name: &str,
        least: T,
        most: T,
    ) -> T {
        let text = self.text(name);
        match text.parse::<T>() {
            Ok(value) if (least..=most).contains(&value) => value,
            _ => {
                self.fault(
                    name,
                    &format!("{text:?} is not a number from {least} to {most}"),
                );
                least
            }
        }
    }

    /// A number of calendar or working days; nothing where it is not set.
    fn length(&mut self, name: &str) -> Option<Length> {
        let text = self.text(name);
        if text.is_empty() {
            return None;
        }
        let (days, counted) = text.split_once(' ').unwrap_or((&text, ""));
        let counted = match counted {
            "calendar" => Some(Counted::Calendar),
            "working" => Some(Counted::Working),
            _ => None,
        };
        let days = days.parse().ok().filter(|days| (1..=3650).contains(days));
        let length = days.zip(counted);
        if length.is_none() {
            let what =
                format!("{text:?} is not a length such as \"30 calendar\" or \"20 working\"");
            self.fault(name, &what);
        }
        length.map(|(days, counted)| Length { days, counted })
    }

    /// Days, with commas between them.
    fn days(&mut self, name: &str) -> BTreeSet<NaiveDate> {
        let text = self.text(name);
        let mut days = BTreeSet::new();
        for one in text.split(',').map(str::trim).filter(|one| !one.is_empty()) {
            match one.parse() {
                Ok(day) => drop(days.insert(day)),
                Err(_) => self.fault(name, &format!("{one:?} is not a day such as 2027-01-01")),
            }
        }
        days
    }

    fn url(&mut self, name: &str) -> String {
        let text = self.text(name);
        if !text.is_empty() && !text.starts_with("http://") && !text.starts_with("https://") {
            self.fault(
                name,
                &format!("{text:?} is not an address that starts with https:// or http://"),
            );
        }
        text.trim_end_matches('/').to_owned()
    }

    fn database(&mut self) -> String {
        let text = self.text("KINDREFLEX_DATABASE_URL");
        let known = ["sqlite:", "postgres://", "postgresql://"];
        if !text.is_empty() && !known.iter().any(|scheme| text.starts_with(scheme)) {
            // The value is not repeated: it may hold a password.
            self.fault(
                "KINDREFLEX_DATABASE_URL",
                "use sqlite:PATH or postgres://USER:PASSWORD@HOST/DATABASE",
            );
        }
        text
    }

    fn participants(&mut self) -> Keeper {
        let path = self.text("KINDREFLEX_PARTICIPANT_KEY");
        let keeper = Keeper {
            file: Some(PathBuf::from(path)).filter(|path| !path.as_os_str().is_empty()),
            months: self.number("KINDREFLEX_PARTICIPANT_KEY_MONTHS", 1, 600),
        };
        if let Err(fault) = keeper.check() {
            let advice = "give the path of a file that this program made, or of none: it makes one";
            self.fault("KINDREFLEX_PARTICIPANT_KEY", &format!("{fault}; {advice}"));
        }
        keeper
    }

    fn seal_key(&mut self) -> Option<SealKeys> {
        let path = self.text("KINDREFLEX_SEAL_KEY");
        if path.is_empty() {
            return None;
        }
        match SealKeys::read(&PathBuf::from(&path)) {
            Ok(keys) if keys.can_sign() => Some(keys),
            Ok(_) => {
                self.fault(
                    "KINDREFLEX_SEAL_KEY",
                    &format!(
                        "{path} holds a public key alone, and seals are made with a private one"
                    ),
                );
                None
            }
            Err(fault) => {
                // Nobody is told to write over a file that is there.
                let advice = if PathBuf::from(&path).exists() {
                    "give the path of an Ed25519 key in PKCS#8".to_owned()
                } else {
                    format!(
                        "make one with: openssl genpkey -algorithm ed25519 -outform DER -out {path}"
                    )
                };
                self.fault("KINDREFLEX_SEAL_KEY", &format!("{fault}; {advice}"));
                None
            }
        }
    }

    fn tokens(&mut self) -> TokenSettings {
        let issuer = self.text("KINDREFLEX_ISSUER");
        if !issuer.is_empty() && !is_safe_url(&issuer) {
            self.fault(
                "KINDREFLEX_ISSUER",
                &format!("{issuer:?} is not an https:// address (http:// only on loopback)"),
            );
        }
        let audience = self.text("KINDREFLEX_AUDIENCE");
        let mut settings = TokenSettings::new(issuer, audience);
        settings.role_claim = self.text("KINDREFLEX_ROLE_CLAIM");
        settings.organisation_claim = self.text("KINDREFLEX_ORGANISATION_CLAIM");
        settings.leeway_seconds = self.number("KINDREFLEX_LEEWAY_SECONDS", 0, 60);
        settings.roles = self.roles();
        settings.offices = self
            .text("KINDREFLEX_OFFICES")
            .split(',')
            .map(str::trim)
            .filter(|office| !office.is_empty())
            .map(str::to_owned)
            .collect();
        settings.require_typ = match self.text("KINDREFLEX_REQUIRE_TYP").as_str() {
            "true" => true,
            "false" => false,
            other => {
                let what = format!("{other:?} is neither true nor false");
                self.fault("KINDREFLEX_REQUIRE_TYP", &what);
                true
            }
        };
        let client = self.text("KINDREFLEX_INTROSPECTION_CLIENT");
        let secret = self.text("KINDREFLEX_INTROSPECTION_SECRET");
        settings.introspection = match (client.is_empty(), secret.is_empty()) {
            (true, true) => None,
            (false, false) => Some(Introspection { client, secret }),
            _ => {
                self.fault(
                    "KINDREFLEX_INTROSPECTION_CLIENT",
                    "goes with KINDREFLEX_INTROSPECTION_SECRET; set both or neither",
                );
                None
            }
        };
        settings
    }

    fn roles(&mut self) -> BTreeMap<String, Role> {
        let text = self.text("KINDREFLEX_ROLES");
        let mut roles = BTreeMap::new();
        for entry in text
            .split(',')
            .map(str::trim)
            .filter(|entry| !entry.is_empty())
        {
            match entry
                .split_once('=')
                .map(|(ours, theirs)| (ours.parse::<Role>(), theirs))
            {
                Some((Ok(role), theirs)) if !theirs.is_empty() => {
                    roles.insert(theirs.to_owned(), role);
                }
                Some((Err(fault), _)) => self.fault("KINDREFLEX_ROLES", &fault.to_string()),
                _ => self.fault(
                    "KINDREFLEX_ROLES",
                    &format!("{entry:?} is not of the form inspector=KindreflexInspecteur"),
                ),
            }
        }
        roles
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_missing_and_wrong_setting_is_named_at_once() {
        let given = [
            ("KINDREFLEX_LISTEN", "nowhere"),
            ("KINDREFLEX_DATABASE_URL", "mysql://root:secret@db/x"),
            ("KINDREFLEX_WORKERS", "0"),
            ("KINDREFLEX_ROLES", "boss=Baas,inspector"),
            ("KINDREFLEX_AUDIENSE", "typo"),
            ("KINDREFLEX_INTROSPECTION_CLIENT", "one"),
        ];
        let given = given
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        let faults = Config::read(given).expect_err("faults").join("\n");
        for name in [
            "KINDREFLEX_LISTEN: \"nowhere\"",
            "KINDREFLEX_PUBLIC_URL: is not set",
            "KINDREFLEX_DATABASE_URL: use sqlite:",
            "KINDREFLEX_WORKERS: \"0\"",
            "KINDREFLEX_ISSUER: is not set",
            "KINDREFLEX_AUDIENCE: is not set",
            "KINDREFLEX_SEAL_KEY: is not set",
            "\"boss\" is no role",
            "\"inspector\" is not of the form",
            "KINDREFLEX_AUDIENSE is no setting",
            "KINDREFLEX_INTROSPECTION_CLIENT: goes with",
        ] {
            assert!(faults.contains(name), "{name} in\n{faults}");
        }
        assert!(!faults.contains("secret@"), "{faults}");
    }
}
