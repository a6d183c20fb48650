use aws_lc_rs::hmac;
use chrono::Duration;

use super::*;

const TYP: &str = "typ is not at+jwt";
const ALG: &str = "alg is none that is accepted";
const KEYS_ALG: &str = "alg is not its key's";
const SIGNATURE: &str = "the signature is not its key's";
const UNKNOWN: &str = "no key of the issuer's signed it";
const HEADER: &str = "the header cannot be read";
const PAYLOAD: &str = "the payload cannot be read";
const ISS: &str = "iss is another";
const AUD: &str = "aud is another";
const TIME: &str = "a time is not a number of seconds";
const TEXT: &str = "a claim is not a plain text";
const BOUND: &str = "bound to a key (cnf), of which no proof is checked here";
const SHAPE: &str = "not a signed token, and no introspection is set up";
const CHARACTERS: &str = "characters that no token has";

/// An issuer with a key of each of two kinds, and somebody else with a key of their own.
struct Forger {
    issuer: FakeIssuer,
    ec: TestKey,
    rsa: TestKey,
    own: TestKey,
}

impl Forger {
    fn new() -> Self {
        let (ec, rsa) = (TestKey::ec("e1"), TestKey::rsa("r1"));
        Self {
            issuer: FakeIssuer::start(&[&ec, &rsa]),
            own: TestKey::ec("e1"),
            ec,
            rsa,
        }
    }

    /// The issuer's signature under a header with this member.
    fn header(&self, name: &str, value: impl Into<Value>) -> String {
        let mut changed = header(&self.ec);
        changed[name] = value.into();
        self.ec.token(&changed, &self.issuer.payload())
    }

    fn header_without(&self, name: &str) -> String {
        let mut changed = header(&self.ec);
        changed.as_object_mut().unwrap().remove(name);
        self.ec.token(&changed, &self.issuer.payload())
    }

    /// The issuer's signature over a payload with this claim.
    fn claim(&self, name: &str, value: impl Into<Value>) -> String {
        let mut changed = self.issuer.payload();
        changed[name] = value.into();
        self.ec.token(&header(&self.ec), &changed)
    }

    fn claim_without(&self, name: &str) -> String {
        let mut changed = self.issuer.payload();
        changed.as_object_mut().unwrap().remove(name);
        self.ec.token(&header(&self.ec), &changed)
    }

    /// The good token, with its three parts changed.
    fn bent(&self, bend: impl Fn([&str; 3]) -> String) -> String {
        let token = self.issuer.good_token(&self.ec);
        let parts: Vec<_> = token.split('.').collect();
        bend([parts[0], parts[1], parts[2]])
    }

    /// Everything in order, but signed with a shared secret that everybody knows.
    fn hmac(&self, secret: &[u8]) -> String {
        let mut changed = header(&self.ec);
        changed["alg"] = json!("HS256");
        let key = hmac::Key::new(hmac::HMAC_SHA256, secret);
        let signed = TestKey {
            jwk: json!({}),
            sign: Arc::new(move |m| hmac::sign(&key, m).as_ref().to_vec()),
        };
        signed.token(&changed, &self.issuer.payload())
    }

    /// Somebody else's signature under a header with this member.
    fn own(&self, name: &str, value: impl Into<Value>) -> String {
        let mut changed = header(&self.ec);
        changed[name] = value.into();
        self.own.token(&changed, &self.issuer.payload())
    }

    #[rustfmt::skip]
    fn in_header(&self) -> Vec<(&'static str, String, &'static str)> {
        let ec = header(&self.ec).to_string();
        let payload = self.issuer.payload().to_string();
        let twice = ec.replacen('{', r#"{"alg":"ES256","#, 1);
        vec![
            ("alg none, no signature", self.bent(|[_, p, _]| format!("{}.{p}.", b64(r#"{"alg":"none","typ":"at+jwt"}"#))), ALG),
            ("alg none, signed", self.header("alg", "none"), ALG),
            ("alg NONE", self.header("alg", "NONE"), ALG),
            ("alg es256", self.header("alg", "es256"), ALG),
            ("alg a number", self.header("alg", 256), ALG),
            ("alg a list", self.header("alg", json!(["ES256"])), ALG),
            ("no alg", self.header_without("alg"), ALG),
            ("HS256, public key as the secret", self.hmac(self.ec.jwk["x"].as_str().unwrap().as_bytes()), ALG),
            ("HS256, the whole key as the secret", self.hmac(self.ec.jwk.to_string().as_bytes()), ALG),
            ("HS256, empty secret", self.hmac(b""), ALG),
            ("ES256 key, header says RS256", self.header("alg", "RS256"), KEYS_ALG),
            ("ES256 key, header says ES384", self.header("alg", "ES384"), KEYS_ALG),
            ("RS256 key, header says PS256", self.rsa.token(&json!({"alg": "PS256", "typ": "at+jwt", "kid": "r1"}), &self.issuer.payload()), KEYS_ALG),
            ("RS256 key, header says ES256", self.rsa.token(&json!({"alg": "ES256", "typ": "at+jwt", "kid": "r1"}), &self.issuer.payload()), KEYS_ALG),
            ("crit", self.header("crit", json!(["b64"])), "the header has crit"),
            ("crit, empty", self.header("crit", json!([])), "the header has crit"),
            ("typ JWT", self.header("typ", "JWT"), TYP),
            ("typ of a logout token", self.header("typ", "logout+jwt"), TYP),
            ("typ a list", self.header("typ", json!(["at+jwt"])), TYP),
            ("no typ", self.header_without("typ"), TYP),
            ("kid of nobody", self.header("kid", "e2"), UNKNOWN),
            ("kid of the other key", self.header("kid", "r1"), KEYS_ALG),
            ("kid a number", self.header("kid", 1), "kid is not a string"),
            ("kid a path", self.own("kid", "../../dev/null"), UNKNOWN),
            ("kid empty", self.header("kid", ""), UNKNOWN),
            ("own key under the issuer's kid", self.own("typ", "at+jwt"), SIGNATURE),
            ("own key embedded as jwk", self.own("jwk", self.own.jwk.clone()), SIGNATURE),
            ("own key set as jku", self.own("jku", format!("{}/jku", self.issuer.url)), SIGNATURE),
            ("own certificate as x5u", self.own("x5u", format!("{}/x5u", self.issuer.url)), SIGNATURE),
            ("own certificate as x5c", self.own("x5c", json!(["MIIB"])), SIGNATURE),
            ("a member twice", self.ec.token_of(&twice, &payload), HEADER),
            ("header a list", self.ec.token_of("[]", &payload), HEADER),
            ("header no JSON", self.ec.token_of("{", &payload), HEADER),
            ("header with more behind it", self.ec.token_of(&format!("{ec}{{}}"), &payload), HEADER),
        ]
    }

    #[rustfmt::skip]
    fn in_shape(&self) -> Vec<(&'static str, String, &'static str)> {
        let other = self.issuer.good_token(&self.rsa);
        let others: Vec<_> = other.split('.').collect();
        let payload = b64(self.issuer.payload().to_string().replace("u-1", "u-2"));
        vec![
            ("empty", String::new(), SHAPE),
            ("one part", self.bent(|[_, p, _]| p.to_owned()), SHAPE),
            ("no signature", self.bent(|[h, p, _]| format!("{h}.{p}")), SHAPE),
            ("an empty signature", self.bent(|[h, p, _]| format!("{h}.{p}.")), SIGNATURE),
            ("a dot behind", self.bent(|[h, p, s]| format!("{h}.{p}.{s}.")), SHAPE),
            ("a dot before", self.bent(|[h, p, s]| format!(".{h}.{p}.{s}")), SHAPE),
            ("a fourth part", self.bent(|[h, p, s]| format!("{h}.{p}.{s}.{s}")), SHAPE),
            ("signature cut short", self.bent(|[h, p, s]| format!("{h}.{p}.{}", &s[..s.len() - 4])), SIGNATURE),
            ("signature made longer", self.bent(|[h, p, s]| format!("{h}.{p}.{s}AAAA")), SIGNATURE),
            ("signature of zeros", self.bent(|[h, p, _]| format!("{h}.{p}.{}", b64([0; 64]))), SIGNATURE),
            ("signature padded", self.bent(|[h, p, s]| format!("{h}.{p}.{s}==")), SIGNATURE),
            ("signature of another token", self.bent(|[h, p, _]| format!("{h}.{p}.{}", others[2])), SIGNATURE),
            ("another subject", self.bent(|[h, _, s]| format!("{h}.{payload}.{s}")), SIGNATURE),
            ("header padded", self.bent(|[h, p, s]| format!("{h}=.{p}.{s}")), HEADER),
            ("a space", self.bent(|[h, p, s]| format!("{h}.{p}.{s} ")), CHARACTERS),
            ("a line break", self.bent(|[h, p, s]| format!("{h}.{p}.\n{s}")), CHARACTERS),
            ("not ASCII", self.bent(|[h, p, s]| format!("{h}.{p}.{s}é")), CHARACTERS),
            ("huge", self.claim("padding", "x".repeat(8 * 1024)), "longer than 8 KiB"),
        ]
    }

    #[rustfmt::skip]
    fn in_payload(&self) -> Vec<(&'static str, String, &'static str)> {
        let ec = header(&self.ec).to_string();
        let url = self.issuer.url.clone();
        let now = Clock::default().now().timestamp();
        let twice = self
            .issuer
            .payload()
            .to_string()
            .replacen('{', r#"{"sub":"u-2","#, 1);
        vec![
            ("no iss", self.claim_without("iss"), "no iss"),
            ("iss null", self.claim("iss", Value::Null), ISS),
            ("iss a list", self.claim("iss", json!([url])), ISS),
            ("iss with a slash behind", self.claim("iss", format!("{url}/")), ISS),
            ("iss in capitals", self.claim("iss", url.to_uppercase()), ISS),
            ("iss another", self.claim("iss", "https://issuer.example"), ISS),
            ("no aud", self.claim_without("aud"), "no aud"),
            ("aud a part of ours", self.claim("aud", &AUDIENCE[..AUDIENCE.len() - 1]), AUD),
            ("aud ours and more", self.claim("aud", format!("{AUDIENCE}/v1")), AUD),
            ("aud a list without ours", self.claim("aud", json!(["https://other.example"])), AUD),
            ("aud an empty list", self.claim("aud", json!([])), AUD),
            ("aud a list with a number", self.claim("aud", json!([AUDIENCE, 1])), AUD),
            ("aud an object", self.claim("aud", json!({"a": AUDIENCE})), AUD),
            ("no sub", self.claim_without("sub"), "no sub"),
            ("sub empty", self.claim("sub", ""), "no sub"),
            ("sub a number", self.claim("sub", 1), TEXT),
            ("sub with a NUL", self.claim("sub", "a\0b"), TEXT),
            ("sub too long", self.claim("sub", "x".repeat(256)), TEXT),
            ("no exp", self.claim_without("exp"), "no exp"),
            ("exp a text", self.claim("exp", "9999999999"), TIME),
            ("exp null", self.claim("exp", Value::Null), TIME),
            ("no iat", self.claim_without("iat"), "no iat"),
            ("iat a text", self.claim("iat", "1"), TIME),
            ("iat in the future", self.claim("iat", now + 60), "iat is in the future"),
            ("nbf in the future", self.claim("nbf", now + 60), "nbf is in the future"),
            ("nbf a text", self.claim("nbf", "1"), TIME),
            ("bound to a key by DPoP", self.claim("cnf", json!({"jkt": "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I"})), BOUND),
            ("bound to a certificate", self.claim("cnf", json!({"x5t#S256": "bwcK0esc3ACC3DB2Y5_lESsXE8o9ltc05O89jdN-dg2"})), BOUND),
            ("cnf empty", self.claim("cnf", json!({})), BOUND),
            ("cnf null", self.claim("cnf", Value::Null), BOUND),
            ("scope a list", self.claim("scope", json!(["read:facilities"])), "scope is not a text"),
            ("roles an object", self.claim("kindreflex_rol_3d", json!({"facility": true})), TEXT),
            ("roles with a number", self.claim("kindreflex_rol_3d", json!(["facility", 1])), TEXT),
            ("organisation with a NUL", self.claim("vo_orgcode", "0316\0"), TEXT),
            ("role claim in two spellings", self.claim("kindreflex_rol_3D", "admin"), "a claim comes in two spellings"),
            ("a claim twice", self.ec.token_of(&ec, &twice), PAYLOAD),
            ("payload a text", self.ec.token_of(&ec, r#""sub""#), PAYLOAD),
            ("payload no JSON", self.ec.token_of(&ec, "\u{1}"), PAYLOAD),
        ]
    }
}

#[actix_web::test]
async fn every_forged_or_odd_token_is_refused_for_its_own_reason() {
    let forger = Forger::new();
    let verifier = forger.issuer.verifier();
    let table = [forger.in_header(), forger.in_shape(), forger.in_payload()].concat();
    for (what, token, expected) in table {
        let reason = refusal(&verifier, &token).await;
        assert_eq!(reason, expected, "{what}");
        assert_eq!(
            refusal(&verifier, &token).await,
            reason,
            "{what}, a second time"
        );
    }
    assert_eq!(
        forger.issuer.requests(),
        2,
        "nothing but discovery and one key set was asked for"
    );
    assert!(
        verifier
            .verify(&forger.issuer.good_token(&forger.ec))
            .await
            .is_ok()
    );
}

#[actix_web::test]
async fn a_token_that_can_be_refused_unseen_causes_no_fetch() {
    let forger = Forger::new();
    let verifier = forger.issuer.verifier();
    for (what, token, expected) in forger.in_shape().into_iter().chain(forger.in_header()) {
        if [ALG, TYP, HEADER, SHAPE, CHARACTERS].contains(&expected) {
            assert_eq!(refusal(&verifier, &token).await, expected, "{what}");
        }
    }
    assert_eq!(forger.issuer.requests(), 0);
}

#[actix_web::test]
async fn every_token_in_order_is_accepted_with_what_it_says() {
    let forger = Forger::new();
    let verifier = forger.issuer.verifier();
    let now = Clock::default().now().timestamp();
    let table = [
        ("ES256", forger.issuer.good_token(&forger.ec)),
        ("RS256", forger.issuer.good_token(&forger.rsa)),
        ("typ in full", forger.header("typ", "application/at+jwt")),
        ("typ in capitals", forger.header("typ", "AT+JWT")),
        (
            "headers that are not followed",
            forger.header("jku", format!("{}/jku", forger.issuer.url)),
        ),
        (
            "without kid, where one key fits",
            forger.header_without("kid"),
        ),
        (
            "aud a list with ours",
            forger.claim("aud", json!(["https://other.example", AUDIENCE])),
        ),
        ("nbf in the past", forger.claim("nbf", now - 60)),
        (
            "iat with a fraction",
            forger.claim("iat", f64::from(u32::try_from(now).unwrap()) + 0.5),
        ),
    ];
    for (what, token) in table {
        let claims = verifier
            .verify(&token)
            .await
            .unwrap_or_else(|fault| panic!("{what}: {fault}"));
        assert_eq!(
            (claims.subject.as_str(), claims.client.as_deref()),
            ("u-1", Some("portal")),
            "{what}"
        );
        assert_eq!(
            claims.roles[0].organisation.as_deref(),
            Some("0316380841"),
            "{what}"
        );
    }
    assert_eq!(forger.issuer.requests(), 2);
}

#[actix_web::test]
async fn a_token_without_typ_is_accepted_only_where_the_setting_says_so() {
    let forger = Forger::new();
    let settings = Settings {
        require_typ: false,
        ..forger.issuer.settings()
    };
    let verifier = Verifier::new(settings, Clock::default());
    assert!(verifier.verify(&forger.header_without("typ")).await.is_ok());
    assert_eq!(refusal(&verifier, &forger.header("typ", "JWT")).await, TYP);
}

#[actix_web::test]
async fn a_token_without_kid_is_refused_where_two_keys_fit() {
    let (one, two) = (TestKey::ec("e1"), TestKey::ec("e2"));
    let issuer = FakeIssuer::start(&[&one, &two]);
    let token = one.token(&json!({"alg": "ES256", "typ": "at+jwt"}), &issuer.payload());
    assert_eq!(
        refusal(&issuer.verifier(), &token).await,
        "more than one key fits"
    );
}

#[actix_web::test]
async fn a_token_that_passed_stops_at_its_exp_and_the_leeway() {
    let key = TestKey::ec("e1");
    let issuer = FakeIssuer::start(&[&key]);
    let clock = Clock::default();
    let verifier = Verifier::new(issuer.settings(), clock.clone());
    let token = issuer.good_token(&key);
    let first = verifier.verify(&token).await.unwrap();
    let again = verifier.verify(&token).await.unwrap();
    assert!(
        Arc::ptr_eq(&first, &again),
        "the second time it comes from the cache"
    );
    clock.advance(Duration::seconds(3590));
    assert!(Arc::ptr_eq(&first, &verifier.verify(&token).await.unwrap()));
    clock.advance(Duration::seconds(11));
    let within_leeway = verifier.verify(&token).await.unwrap();
    assert!(
        !Arc::ptr_eq(&first, &within_leeway),
        "past exp it is looked at again"
    );
    clock.advance(Duration::seconds(6));
    assert_eq!(verifier.verify(&token).await, Err(TokenFault::Expired));
}

#[actix_web::test]
async fn an_inspector_who_is_also_the_authority_is_refused() {
    let forger = Forger::new();
    let verifier = forger.issuer.verifier();
    let token = forger.claim(
        "kindreflex_rol_3d",
        json!(["inspector:OVO000001", "authority:OVO000002"]),
    );
    assert_eq!(
        verifier.verify(&token).await,
        Err(TokenFault::ConflictingRoles)
    );
}
