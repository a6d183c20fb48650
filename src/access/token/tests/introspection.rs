use base64::engine::general_purpose::STANDARD;
use chrono::TimeDelta;
use futures_util::future::join_all;

use super::*;

const TOKEN: &str = "b1946ac9-2492-4d23-8e3a";

/// An issuer that answers this for every token.
fn answering(answer: &Value) -> FakeIssuer {
    let issuer = FakeIssuer::start(&[&TestKey::ec("e1")]);
    issuer.set(|pages| pages.introspection = (200, answer.to_string()));
    issuer
}

/// An issuer that answers the good payload with these changes; null takes a member out.
fn answering_with(changes: Value) -> FakeIssuer {
    let issuer = FakeIssuer::start(&[&TestKey::ec("e1")]);
    let mut answer = issuer.payload();
    answer["active"] = json!(true);
    for (name, value) in changes.as_object().unwrap() {
        answer[name] = value.clone();
    }
    answer
        .as_object_mut()
        .unwrap()
        .retain(|_, value| !value.is_null());
    issuer.set(|pages| pages.introspection = (200, answer.to_string()));
    issuer
}

fn asking(issuer: &FakeIssuer, clock: &Clock) -> Verifier {
    let client = Introspection {
        client: "kind reflex".to_owned(),
        secret: "s:é/1".to_owned(),
    };
    Verifier::new(
        Settings {
            introspection: Some(client),
            ..issuer.hasty()
        },
        clock.clone(),
    )
}

#[actix_web::test]
async fn an_opaque_token_is_what_the_issuer_says_it_is() {
    let issuer = answering_with(json!({}));
    let claims = asking(&issuer, &Clock::default())
        .verify(TOKEN)
        .await
        .unwrap();
    assert_eq!(
        (claims.subject.as_str(), claims.scopes.as_slice()),
        ("u-1", ["read:facilities".to_owned()].as_slice())
    );
    let asked = issuer.introspected().concat();
    let basic = STANDARD.encode("kind+reflex:s%3A%C3%A9%2F1");
    assert!(asked.starts_with("POST /introspect "), "{asked}");
    assert!(
        asked.contains(&format!("authorization: Basic {basic}\r\n")),
        "{asked}"
    );
    assert!(
        asked.ends_with(&format!(
            "\r\n\r\ntoken={TOKEN}&token_type_hint=access_token"
        )),
        "{asked}"
    );
}

#[actix_web::test]
async fn every_answer_that_is_not_a_clear_yes_refuses_the_token() {
    let now = Clock::default().now().timestamp();
    let table = [
        (
            "inactive",
            json!({"active": false}),
            "the issuer says that it is not active",
        ),
        (
            "active a text",
            json!({"active": "true"}),
            "the issuer says that it is not active",
        ),
        (
            "no active",
            json!({"active": null}),
            "the issuer says that it is not active",
        ),
        (
            "another issuer",
            json!({"iss": "https://other.example"}),
            "iss is another",
        ),
        (
            "another audience",
            json!({"aud": "https://other.example"}),
            "aud is another",
        ),
        ("no audience", json!({"aud": null}), "no aud"),
        (
            "bound to a key",
            json!({"cnf": {"jkt": "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I"}}),
            "bound to a key (cnf), of which no proof is checked here",
        ),
        ("no exp", json!({"exp": null}), "no exp"),
        ("no sub", json!({"sub": null}), "no sub"),
        (
            "nbf in the future",
            json!({"nbf": now + 60}),
            "nbf is in the future",
        ),
        (
            "iat in the future",
            json!({"iat": now + 60}),
            "iat is in the future",
        ),
    ];
    for (what, changes, expected) in table {
        let issuer = answering_with(changes);
        assert_eq!(
            refusal(&asking(&issuer, &Clock::default()), TOKEN).await,
            expected,
            "{what}"
        );
    }
    let issuer = answering_with(json!({"exp": now - 10}));
    assert_eq!(
        asking(&issuer, &Clock::default()).verify(TOKEN).await,
        Err(TokenFault::Expired)
    );
    let issuer = answering_with(json!({"kindreflex_rol_3d": ["inspector", "authority"]}));
    assert_eq!(
        asking(&issuer, &Clock::default()).verify(TOKEN).await,
        Err(TokenFault::ConflictingRoles)
    );
}

#[actix_web::test]
async fn what_is_active_but_no_access_token_is_refused() {
    let table = [
        json!({"token_type": "DPoP"}),
        json!({"token_type": "mac"}),
        json!({"token_type": "refresh_token"}),
        json!({"token_type": ["Bearer"]}),
        json!({"token_type": ""}),
        json!({"typ": "Refresh"}),
        json!({"typ": "Offline", "token_type": "Bearer"}),
        json!({"typ": "ID", "token_type": "Bearer"}),
        json!({"typ": "Logout"}),
        json!({"token_use": "refresh_token", "token_type": "Bearer"}),
        json!({"token_use": "id"}),
    ];
    for changes in table {
        let issuer = answering_with(changes.clone());
        assert_eq!(
            refusal(&asking(&issuer, &Clock::default()), TOKEN).await,
            "the issuer says that it is no bearer's access token",
            "{changes}"
        );
    }
}

#[actix_web::test]
async fn an_access_token_is_taken_by_whichever_name_the_issuer_gives_it() {
    let table = [
        json!({"token_type": "Bearer"}),
        json!({"token_type": "bearer"}),
        json!({"token_type": "access_token"}),
        json!({"token_type": "Bearer", "typ": "Bearer"}),
        json!({"typ": "at+jwt"}),
        json!({"typ": "application/at+jwt"}),
        json!({"token_use": "access_token"}),
        json!({"token_use": "access"}),
    ];
    for changes in table {
        let issuer = answering_with(changes.clone());
        let verified = asking(&issuer, &Clock::default()).verify(TOKEN).await;
        assert!(verified.is_ok(), "{changes}: {verified:?}");
    }
}

#[actix_web::test]
async fn an_answer_may_leave_out_issuer_and_moment_of_issue() {
    let issuer = answering_with(json!({"iss": null, "iat": null}));
    assert!(
        asking(&issuer, &Clock::default())
            .verify(TOKEN)
            .await
            .is_ok()
    );
}

#[actix_web::test]
async fn introspection_that_fails_keeps_the_door_closed() {
    let table: [(&str, Spoil); 7] = [
        ("down", |pages| pages.down = true),
        ("our secret is wrong", |pages| pages.introspection.0 = 401),
        ("broken", |pages| pages.introspection.0 = 500),
        ("no JSON", |pages| pages.introspection.1 = "yes".to_owned()),
        ("active twice", |pages| {
            pages.introspection.1 = pages.introspection.1.replacen('{', "{\"active\":false,", 1);
        }),
        ("no endpoint", |pages| {
            pages.discovery["introspection_endpoint"] = Value::Null;
        }),
        ("an endpoint over a plain network", |pages| {
            let plain = pages.discovery["introspection_endpoint"]
                .as_str()
                .unwrap()
                .replace("127.0.0.1", "0.0.0.0");
            pages.discovery["introspection_endpoint"] = json!(plain);
        }),
    ];
    for (what, spoil) in table {
        let issuer = answering_with(json!({}));
        issuer.set(spoil);
        let verifier = asking(&issuer, &Clock::default());
        assert_eq!(
            verifier.verify(TOKEN).await,
            Err(TokenFault::Unavailable),
            "{what}"
        );
    }
}

#[actix_web::test]
async fn an_answer_is_believed_for_a_minute() {
    let (issuer, clock) = (answering_with(json!({})), Clock::default());
    let verifier = asking(&issuer, &clock);
    assert!(verifier.verify(TOKEN).await.is_ok());
    clock.advance(TimeDelta::seconds(58));
    assert!(verifier.verify(TOKEN).await.is_ok());
    assert_eq!(issuer.introspected().len(), 1);
    issuer.set(|pages| pages.introspection.1 = json!({"active": false}).to_string());
    clock.advance(TimeDelta::seconds(2));
    assert!(
        matches!(verifier.verify(TOKEN).await, Err(TokenFault::Invalid(_))),
        "revoked since"
    );
    assert_eq!(issuer.introspected().len(), 2);
}

#[actix_web::test]
async fn an_answer_is_never_believed_past_the_tokens_exp() {
    let clock = Clock::default();
    let issuer = answering_with(json!({"exp": clock.now().timestamp() + 20}));
    let verifier = asking(&issuer, &clock);
    assert!(verifier.verify(TOKEN).await.is_ok());
    clock.advance(TimeDelta::seconds(26));
    assert_eq!(verifier.verify(TOKEN).await, Err(TokenFault::Expired));
}

#[actix_web::test]
async fn a_token_that_comes_many_times_at_once_is_asked_about_once() {
    let issuer = answering_with(json!({}));
    issuer.set(|pages| pages.delay = Duration::from_millis(30));
    let verifier = asking(&issuer, &Clock::default());
    let verified = join_all((0..20).map(|_| verifier.verify(TOKEN))).await;
    assert!(verified.iter().all(Result::is_ok), "{verified:?}");
    assert_eq!(issuer.introspected().len(), 1);
}

#[actix_web::test]
async fn a_signed_token_is_never_sent_to_introspection() {
    let issuer = answering(&json!({"active": true}));
    let token = issuer.good_token(&TestKey::ec("e9"));
    let verifier = asking(&issuer, &Clock::default());
    assert!(matches!(
        verifier.verify(&token).await,
        Err(TokenFault::Invalid(_))
    ));
    assert!(issuer.introspected().is_empty());
}

#[actix_web::test]
async fn an_opaque_token_is_refused_where_no_introspection_is_set_up() {
    let issuer = answering_with(json!({}));
    let reason = refusal(&issuer.verifier(), TOKEN).await;
    assert_eq!(reason, "not a signed token, and no introspection is set up");
    assert_eq!(issuer.requests(), 0);
}

#[test]
fn the_clients_secret_is_not_shown_when_settings_are() {
    let client = Introspection {
        client: "kindreflex".to_owned(),
        secret: "hunter2".to_owned(),
    };
    let shown = format!(
        "{:?}",
        Settings {
            introspection: Some(client),
            ..Settings::new("a", "b")
        }
    );
    assert!(
        shown.contains("kindreflex") && !shown.contains("hunter2"),
        "{shown}"
    );
}
