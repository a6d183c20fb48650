use super::*;

#[actix_web::test]
async fn each_kind_of_key_verifies_with_its_own_algorithm() {
    let rsa = |kid, padding, alg: &str| TestKey::rsa_with(kid, padding).with("alg", alg);
    let keys = [
        TestKey::ec("es256"),
        TestKey::ec("es256-undeclared").without("alg"),
        TestKey::ec384("es384"),
        TestKey::ed("eddsa"),
        TestKey::rsa("rs256-undeclared"),
        rsa("rs256", &signature::RSA_PKCS1_SHA256, "RS256"),
        rsa("rs384", &signature::RSA_PKCS1_SHA384, "RS384"),
        rsa("rs512", &signature::RSA_PKCS1_SHA512, "RS512"),
        rsa("ps256", &signature::RSA_PSS_SHA256, "PS256"),
        rsa("ps384", &signature::RSA_PSS_SHA384, "PS384"),
        rsa("ps512", &signature::RSA_PSS_SHA512, "PS512"),
    ];
    let issuer = FakeIssuer::start(&keys.each_ref());
    let verifier = issuer.verifier();
    for key in &keys {
        let verified = verifier.verify(&issuer.good_token(key)).await;
        assert!(verified.is_ok(), "{}: {verified:?}", key.jwk["kid"]);
    }
}

#[actix_web::test]
async fn a_key_that_is_not_for_signatures_or_too_weak_is_not_used() {
    let short = b64([0xff; 255]);
    let long = b64([0xff; 1025]);
    let padded = b64([[0; 2].as_slice(), &[0xff; 255]].concat());
    let almost = b64([[0x7f; 1].as_slice(), &[0xff; 255]].concat());
    let keys = [
        TestKey::ec("enc").with("use", "enc"),
        TestKey::ec("ops").with("key_ops", json!(["encrypt"])),
        TestKey::ec("private").with("d", "AAAA"),
        TestKey::ec("alg of another kind").with("alg", "RS256"),
        TestKey::ec("alg of another curve").with("alg", "ES384"),
        TestKey::ec("alg unknown").with("alg", "ECDH-ES"),
        TestKey::ec("curve unknown").with("crv", "P-521"),
        TestKey::ec("no x").without("x"),
        TestKey::ec("short x").with("x", "AAAA"),
        TestKey::rsa("2040 bits").with("n", short),
        TestKey::rsa("2040 bits and zeros").with("n", padded),
        TestKey::rsa("2047 bits").with("n", almost),
        TestKey::ec("another kind")
            .with("kty", "RSA")
            .without("crv"),
        TestKey::rsa("8200 bits").with("n", long),
        TestKey::rsa("secret").with("kty", "oct").with("k", "AAAA"),
        TestKey::ec("kid a number").with("kid", 7),
    ];
    let good = TestKey::ec("good").with("key_ops", json!(["verify"]));
    let issuer = FakeIssuer::start(&keys.iter().chain([&good]).collect::<Vec<_>>());
    let verifier = issuer.verifier();
    assert!(
        verifier.verify(&issuer.good_token(&good)).await.is_ok(),
        "the others do not spoil the set"
    );
    for key in &keys {
        let mut head = header(&good);
        head["kid"] = key.jwk["kid"].as_str().unwrap_or("7").into();
        let token = key.token(&head, &issuer.payload());
        assert_eq!(
            refusal(&verifier, &token).await,
            "no key of the issuer's signed it",
            "{}",
            key.jwk["kid"]
        );
    }
}
