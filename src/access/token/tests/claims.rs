use std::sync::Arc;

use super::super::cache::{Cache, Entry, Fingerprint};
use super::super::claims::of_access_token;
use super::super::json::Members;
use super::super::without_role::Reason;
use super::*;
use crate::access::role::Role;

const ISSUER: &str = "https://issuer.example";
const NOW: i64 = 1_800_000_000;

fn settings() -> Settings {
    Settings::new(ISSUER, AUDIENCE)
}

/// What these claims, beside the required ones, mean at `NOW`.
fn read(settings: &Settings, claims: Value) -> Result<Claims, TokenFault> {
    let mut payload =
        json!({"iss": ISSUER, "aud": AUDIENCE, "sub": "u-1", "iat": NOW, "exp": NOW + 60});
    payload
        .as_object_mut()
        .unwrap()
        .extend(claims.as_object().unwrap().clone());
    of_access_token(
        &Members::parse(payload.to_string().as_bytes()).unwrap(),
        settings,
        NOW,
    )
}

fn roles(settings: &Settings, claims: Value) -> Vec<(Role, Option<String>)> {
    read(settings, claims)
        .unwrap()
        .roles
        .into_iter()
        .map(|claim| (claim.role, claim.organisation))
        .collect()
}

#[test]
fn moments_count_to_the_second_with_the_leeway_and_no_more() {
    let table = [
        ("exp now", json!({"exp": NOW}), Ok(NOW)),
        (
            "exp at the leeway's last second",
            json!({"exp": NOW - 4}),
            Ok(NOW - 4),
        ),
        (
            "exp past the leeway",
            json!({"exp": NOW - 5}),
            Err(TokenFault::Expired),
        ),
        (
            "exp a fraction past the leeway",
            json!({"exp": 1_799_999_995.9}),
            Err(TokenFault::Expired),
        ),
        (
            "exp with a fraction",
            json!({"exp": 1_800_000_060.9}),
            Ok(NOW + 60),
        ),
        (
            "exp beyond all numbers",
            json!({"exp": 1e300}),
            Err(TokenFault::Invalid("a time is not a number of seconds")),
        ),
        (
            "exp at the end of time",
            json!({"exp": i64::MAX}),
            Ok(i64::MAX),
        ),
        ("iat at the leeway", json!({"iat": NOW + 5}), Ok(NOW + 60)),
        (
            "iat past it",
            json!({"iat": NOW + 6}),
            Err(TokenFault::Invalid("iat is in the future")),
        ),
        ("nbf at the leeway", json!({"nbf": NOW + 5}), Ok(NOW + 60)),
        (
            "nbf past it",
            json!({"nbf": NOW + 6}),
            Err(TokenFault::Invalid("nbf is in the future")),
        ),
    ];
    for (what, claims, expected) in table {
        assert_eq!(
            read(&settings(), claims).map(|claims| claims.expires),
            expected,
            "{what}"
        );
    }
}

#[test]
fn a_token_for_somebody_else_is_invalid_before_it_is_expired() {
    let claims = json!({"exp": NOW - 100, "aud": "https://other.example"});
    assert_eq!(
        read(&settings(), claims),
        Err(TokenFault::Invalid("aud is another"))
    );
}

#[test]
fn roles_are_one_or_a_list_each_with_or_without_an_organisation() {
    let of = |claim: Value| roles(&settings(), json!({"kindreflex_rol_3d": claim}));
    let org = |number: &str| Some(number.to_owned());
    assert_eq!(of(json!("facility")), [(Role::Facility, None)]);
    assert_eq!(
        of(json!("facility:0316380841")),
        [(Role::Facility, org("0316380841"))]
    );
    assert_eq!(
        of(json!([
            "expert",
            "facility:0316380841",
            "facility:OVO000001",
            "expert"
        ])),
        [
            (Role::Expert, None),
            (Role::Facility, org("0316380841")),
            (Role::Facility, org("OVO000001"))
        ]
    );
    assert_eq!(of(json!([])), []);
    assert_eq!(
        of(json!(["Facility", "superuser", "", "facility:"])),
        [],
        "unknown or without a number: ignored"
    );
    assert_eq!(roles(&settings(), json!({})), []);
}

#[test]
fn the_names_of_role_and_organisation_claim_may_come_in_another_case() {
    let claims = json!({"kindreflex_rol_3D": "facility", "VO_orgcode": "0316380841"});
    let claims = read(&settings(), claims).unwrap();
    assert_eq!(
        (claims.roles.len(), claims.organisation.as_deref()),
        (1, Some("0316380841"))
    );
}

#[test]
fn the_issuers_role_names_are_mapped_and_ours_then_mean_nothing() {
    let mut settings = Settings {
        role_claim: "zi_rol_3d".to_owned(),
        offices: ["OVO000001", "OVO000002"].map(str::to_owned).into(),
        ..settings()
    };
    settings
        .roles
        .insert("KindreflexInspecteur".to_owned(), Role::Inspector);
    settings
        .roles
        .insert("kr:planner".to_owned(), Role::Planner);
    let claim = json!([
        "KindreflexInspecteur:OVO000001",
        "admin",
        "kr:planner",
        "kr:planner:OVO000002"
    ]);
    let organisation = |number: &str| Some(number.to_owned());
    assert_eq!(
        roles(
            &settings,
            json!({"zi_rol_3d": claim, "kindreflex_rol_3d": "admin"})
        ),
        [
            (Role::Inspector, organisation("OVO000001")),
            (Role::Planner, organisation("OVO000002"))
        ]
    );
}

#[test]
fn a_role_of_government_counts_for_its_offices_alone() {
    let with = |offices: &[&str], claim: Value| {
        let settings = Settings {
            offices: offices.iter().map(|office| (*office).to_owned()).collect(),
            ..settings()
        };
        let payload = json!({"kindreflex_rol_3d": claim, "vo_orgcode": "0316380841"});
        roles(&settings, payload).len()
    };
    assert_eq!(with(&[], json!("admin")), 1);
    assert_eq!(with(&[], json!("admin:0999000228")), 0);
    assert_eq!(with(&["OVO000001"], json!("admin:OVO000001")), 1);
    assert_eq!(
        with(&["OVO000001"], json!(["admin", "inspector:0999000228"])),
        0
    );
    assert_eq!(with(&["0316380841"], json!("admin")), 1);
    assert_eq!(with(&[], json!("facility:0999000228")), 1);
}

#[test]
fn a_token_without_a_role_that_counts_says_why() {
    let elsewhere = |number: &str| Some(Reason::Elsewhere(Some(number.to_owned())));
    let (offices, none): (&[&str], &[&str]) = (&["OVO000001"], &[]);
    for (offices, claims, expected) in [
        (none, json!({}), Some(Reason::Missing)),
        (
            none,
            json!({"rollen": "admin", "vo_orgcode": "OVO000001"}),
            Some(Reason::Missing),
        ),
        (
            none,
            json!({"kindreflex_rol_3d": []}),
            Some(Reason::Unknown),
        ),
        (
            none,
            json!({"kindreflex_rol_3d": ["Admin", "facility:"]}),
            Some(Reason::Unknown),
        ),
        (
            none,
            json!({"kindreflex_rol_3d": "integration"}),
            Some(Reason::OfMachines),
        ),
        (
            none,
            json!({"kindreflex_rol_3d": "facility", "client_id": "u-1"}),
            Some(Reason::OfPeople),
        ),
        (
            none,
            json!({"kindreflex_rol_3d": "admin:0999000228"}),
            elsewhere("0999000228"),
        ),
        (
            offices,
            json!({"kindreflex_rol_3d": "admin"}),
            Some(Reason::Elsewhere(None)),
        ),
        (
            offices,
            json!({"kindreflex_rol_3d": "admin", "vo_orgcode": "0316380841"}),
            elsewhere("0316380841"),
        ),
        (
            offices,
            json!({"kindreflex_rol_3d": ["admin", "facility"]}),
            None,
        ),
        (none, json!({"client_id": "u-1"}), None),
    ] {
        let settings = Settings {
            offices: offices.iter().map(|office| (*office).to_owned()).collect(),
            ..settings()
        };
        let found = read(&settings, claims.clone()).unwrap().without_role;
        assert_eq!(found.map(|found| found.reason), expected, "{claims}");
    }
}

#[test]
fn a_number_that_is_long_or_could_be_a_persons_is_not_repeated() {
    for number in ["85.07.30-033.28", &"9".repeat(41)] {
        let claims = json!({"kindreflex_rol_3d": format!("admin:{number}")});
        let why = read(&settings(), claims).unwrap().without_role.unwrap();
        assert_eq!(
            why.text().en,
            "The claim kindreflex_rol_3d holds only roles that do not count for this organisation here (KINDREFLEX_OFFICES)."
        );
    }
}

#[test]
fn a_machine_is_the_client_that_asked_for_itself() {
    let roles_of = |subject: &str, claim: Option<Value>| {
        let mut payload = json!({"sub": subject, "client_id": "epd", "scope": "read:facilities"});
        if let Some(claim) = claim {
            payload["kindreflex_rol_3d"] = claim;
        }
        let claims = read(&settings(), payload).expect("claims");
        claims
            .roles
            .iter()
            .map(|claim| claim.role)
            .collect::<Vec<_>>()
    };
    assert_eq!(roles_of("epd", None), [Role::Integration]);
    assert_eq!(
        roles_of("epd", Some(json!("integration"))),
        [Role::Integration]
    );
    assert_eq!(roles_of("epd", Some(json!("facility"))), []);
    assert_eq!(roles_of("jan", None), []);
    assert_eq!(roles_of("jan", Some(json!("facility:"))), []);
    assert_eq!(roles_of("jan", Some(json!("integration"))), []);
}

#[test]
fn a_register_number_in_a_token_is_not_kept() {
    let claims = read(
        &settings(),
        json!({"sub": "85.07.30-033.28", "name": "Jan 85073003328"}),
    )
    .expect("claims");
    assert!(claims.subject.starts_with("sha256:"), "{}", claims.subject);
    assert_eq!(claims.name, None);
}

#[test]
fn roles_on_two_sides_of_an_inspection_conflict() {
    let of = |roles: Value| {
        read(&settings(), json!({"kindreflex_rol_3d": roles})).map(|claims| claims.roles.len())
    };
    assert_eq!(
        of(json!(["inspector", "authority"])),
        Err(TokenFault::ConflictingRoles)
    );
    assert_eq!(
        of(json!(["authority:A", "facility", "inspector:B"])),
        Err(TokenFault::ConflictingRoles)
    );
    for two in [
        ["authority", "facility:0999000129"],
        ["facility:0999000129", "planner"],
        ["facilityContributor:0999000129", "inspector"],
        ["planner", "authority"],
    ] {
        assert_eq!(of(json!(two)), Err(TokenFault::ConflictingRoles), "{two:?}");
    }
    assert_eq!(of(json!(["inspector", "planner"])), Ok(2));
    assert_eq!(of(json!(["authority", "expert"])), Ok(2));
    assert_eq!(of(json!(["facility:0999000129", "expert"])), Ok(2));
}

#[test]
fn the_caller_is_described_by_what_the_token_has() {
    let claims = read(
        &settings(),
        json!({"client_id": "c", "azp": "a", "name": "An Peeters", "scope": " x  y "}),
    )
    .unwrap();
    assert_eq!(
        (claims.client.as_deref(), claims.name.as_deref()),
        (Some("c"), Some("An Peeters"))
    );
    assert_eq!(claims.scopes, ["x", "y"]);
    let claims = read(
        &settings(),
        json!({"azp": "a", "given_name": "An", "family_name": "Peeters"}),
    )
    .unwrap();
    assert_eq!(
        (claims.client.as_deref(), claims.name.as_deref()),
        (Some("a"), Some("An Peeters"))
    );
    let claims = read(&settings(), json!({"name": "An\u{7}", "vo_orgcode": ""})).unwrap();
    assert_eq!(
        (claims.client, claims.name, claims.organisation),
        (None, None, None)
    );
}

#[test]
fn the_cache_is_bounded_and_drops_what_ends_first() {
    let cache = Cache::new(64);
    let claims = Arc::new(read(&settings(), json!({})).unwrap());
    let put = |name: &str, until| {
        let entry = Entry {
            claims: Arc::clone(&claims),
            until,
            key: None,
        };
        cache.put(Fingerprint::of(name), entry, NOW);
    };
    for number in 0..1000 {
        put(&number.to_string(), NOW + 1 + number);
    }
    assert_eq!(cache.len(), 64);
    assert!((0..900).all(|number| {
        cache
            .get(&Fingerprint::of(&number.to_string()), NOW)
            .is_none()
            || number > 800
    }));
    assert!(cache.get(&Fingerprint::of("999"), NOW).is_some());
    assert!(
        cache.get(&Fingerprint::of("999"), NOW + 1000).is_none(),
        "not in its last second's wake"
    );
    let entry = |until| Entry {
        claims: Arc::clone(&claims),
        until,
        key: None,
    };
    cache.put(Fingerprint::of("late"), entry(NOW + 9000), NOW + 5000);
    assert!(cache.len() < 64, "what has ended makes room");
}

#[test]
fn the_cache_takes_nothing_that_has_ended_or_that_it_has_no_room_for() {
    let claims = Arc::new(read(&settings(), json!({})).unwrap());
    for (size, until, expected) in [(64, NOW + 1, 1), (64, NOW, 0), (0, NOW + 1, 0)] {
        let cache = Cache::new(size);
        let entry = Entry {
            claims: Arc::clone(&claims),
            until,
            key: None,
        };
        cache.put(Fingerprint::of("a"), entry, NOW);
        assert_eq!(cache.len(), expected, "room for {size}, until {until}");
    }
}

#[test]
fn a_text_may_be_as_long_as_it_may_be() {
    let longest = "é".repeat(255);
    assert_eq!(
        read(&settings(), json!({"sub": longest})).unwrap().subject,
        longest
    );
}
