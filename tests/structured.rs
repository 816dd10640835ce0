//! Credentials whose place tells what they are: connection strings, settings of tools, manifests, keys in armour.

use std::sync::LazyLock;

use bstr::BString;
use keysweep::detect::{Engine, Scratch};
use keysweep::finding::{Confidence, Finding, Severity};
use keysweep::inspect::{Inspector, Options};
use keysweep::rules::Catalogue;
use keysweep::rules::template::Generator;
use keysweep::source::Origin;

static INSPECTOR: LazyLock<Inspector> = LazyLock::new(|| {
    Inspector::new(Engine::new(&Catalogue::builtin()), Options { detect: true, ..Options::default() })
});

/// Finds what a file holds; `template` is filled first.
fn findings(path: &str, template: &str) -> Vec<Finding> {
    let text = Generator::new(5).fill(template);
    let origin = Origin::File { path: BString::from(path) };
    INSPECTOR.inspect(&origin, text.as_bytes(), &mut Scratch::default()).findings
}

/// Says what was found in a few words: rules with their severities.
fn said(findings: &[Finding]) -> String {
    let one = |finding: &Finding| format!("{} {}", finding.meta.id, finding.severity);
    findings.iter().map(one).collect::<Vec<_>>().join(", ")
}

/// Each row: where, what, and the one rule that speaks up with its severity.
const FILES: &[(&str, &str, &str)] = &[
    (
        "src/Db.java",
        "String url = \"jdbc:postgresql://db.corp.net/x?user=app&password={alnum:14}\";",
        "database/jdbc-url high",
    ),
    ("src/Db.java", "jdbc:oracle:thin:app/{alnum:12}@db.corp.net:1521:ORCL", "database/jdbc-oracle high"),
    (
        "odbc.txt",
        "Driver={{ODBC Driver 18}};Server=db.corp.net;Uid=app;Pwd={alnum:14};",
        "database/connection-string high",
    ),
    (
        "web.config",
        "connectionString=\"Server=db.corp.net;Database=x;User Id=app;Password={alnum:14};\"",
        "database/connection-string high",
    ),
    ("app.yml", "url: amqps://app:{alnum:16}@broker.corp.net/vhost", "database/amqp-url high"),
    ("app.yml", "url: mongodb+srv://app:{alnum:16}@cluster.corp.net/x", "database/mongodb-url high"),
    (".netrc", "machine git.corp.net\n  login deploy\n  password {alnum:20}\n", "netrc/password high"),
    (".npmrc", "//npm.corp.net/:_authToken={alnum:36}\n", "npmrc/auth-token critical"),
    (".pypirc", "[pypi]\nusername = deploy\npassword = {alnum:20}\n", "pypirc/password critical"),
    (".git-credentials", "https://deploy:{alnum:24}@git.corp.net\n", "git-credentials/url critical"),
    ("main.tfvars", "db_password = \"{alnum:18}\"\n", "terraform/variable high"),
    (
        "terraform.tfstate",
        "{\"resources\": [{\"attributes\": {\n  \"password\": \"{alnum:20}\"\n}}]}",
        "terraform/state-secret high",
    ),
    (
        "credentials",
        "[default]\naws_access_key_id = {secret}AKIA{upper:12}2222\naws_secret_access_key = {alnum:40}\n",
        "aws/access-key critical",
    ),
    (
        ".aws/credentials",
        "[default]\naws_secret_access_key = {alnum:40}\naws_access_key_id = {secret}AKIA{upper:12}2222\n",
        "aws/access-key-behind critical",
    ),
    (
        "app.env",
        "DefaultEndpointsProtocol=https;AccountName=x;AccountKey={base64:86}==;EndpointSuffix=core.windows.net",
        "azure/storage-key critical",
    ),
    (
        "app.env",
        "Endpoint=sb://x.servicebus.windows.net/;SharedAccessKeyName=root;SharedAccessKey={base64:43}=",
        "azure/shared-access-key high",
    ),
    (".bash_history", "curl -u deploy:{alnum:16} https://api.corp.net/v1/restart\n", "http/curl-user high"),
    (".bash_history", "mysql -u root -p{alnum:14} -h db.corp.net x\n", "shell/mysql-password high"),
    ("client.py", "headers = {\"Authorization\": \"Bearer {alnum:40}\"}", "http/bearer-authorization high"),
    (
        "a.ps1",
        "$pw = ConvertTo-SecureString -String -Force {alnum:5}#$g{lower:2}8s",
        "powershell/plain-text-secure-string high",
    ),
    ("client.js", "const authorizationHeader = 'Bearer {alnum:40}'", "http/bearer-literal high"),
    ("a.har", "{\"name\": \"Authorization\", \"value\": \"Bearer {alnum:40}\"}", "http/bearer-literal high"),
    ("a.har", "{\"name\": \"Set-Cookie\", \"value\": \"session={alnum:40}; HttpOnly\"}", "http/set-cookie medium"),
    ("trace.txt", "Set-Cookie: sessionid={alnum:40}; Path=/; HttpOnly\n", "http/set-cookie medium"),
    ("a.har", "{\"cookies\": [{\"name\": \"sessionid\", \"value\": \"{alnum:40}\"}]}", "http/cookie-field medium"),
    ("a.har", "{\"name\": \"Cookie\", \"value\": \"a=b; connect.sid=s%3A{alnum:40}\"}", "http/cookie medium"),
    (".bash_history", "curl -b \"sessionid={alnum:40}\" https://app.corp.net\n", "http/curl-cookie medium"),
    (".bash_history", "curl -u {alnum:30}{digit:2}: https://api.corp.net/v1\n", "http/curl-token high"),
    (".bash_history", "http --auth=svc:{alnum:16} api.corp.net/v1\n", "http/httpie-password high"),
    ("app.yml", "url: https://x.azurewebsites.net/api/f?code={word:54}==", "azure/function-url high"),
    ("app.yml", "x-functions-key: {word:54}==", "azure/function-header high"),
    (".yarnrc.yml", "npmAuthIdent: \"svc:{alnum:20}\"\n", "npmrc/yarn-auth-ident high"),
    ("app.yml", "url: postgres://app:{alnum:8}'{alnum:8}@db.corp.net/x", "database/postgres-url high"),
    ("app.yml", "url: git://svc:{alnum:16}@git.corp.net/x.git", "http/service-url high"),
    (
        "age.txt",
        "AGE-SECRET-{secret}KEY-1GQ9778VQXMMJVE8SK7J6VT8UJ4HDQAJUVSFCWCM02D8GEWQ72PVQ2Y5J33",
        "age/secret-key critical",
    ),
];

#[test]
fn each_file_of_credentials_is_one_finding() {
    let told = |(path, template, expected): &(&str, &str, &str)| {
        let said = said(&findings(path, template));
        (said != *expected).then(|| format!("{path}: {template}: {said}"))
    };
    let wrong: Vec<String> = FILES.iter().filter_map(told).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Makes armour around random base64.
fn armour(kind: &str, head: &str) -> String {
    let lines = "{base64:64}\n".repeat(6);
    format!("-----BEGIN {kind}-----\n{head}{lines}{{base64:40}}==\n-----END {kind}-----\n")
}

#[test]
fn a_key_behind_a_passphrase_is_milder() {
    let rsa = "Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,0123456789ABCDEF0123456789ABCDEF\n\n";
    for (path, template, expected) in [
        ("id_rsa", armour("RSA PRIVATE KEY", "MIIEpAIBAAKCAQEA{base64:48}\n"), Severity::Critical),
        ("id_rsa", armour("RSA PRIVATE KEY", rsa), Severity::Medium),
        ("key.pem", armour("ENCRYPTED PRIVATE KEY", "MIIFHDBOBgkqhkiG{base64:48}\n"), Severity::Medium),
        (
            "id_ed25519",
            armour("OPENSSH PRIVATE KEY", "b3BlbnNzaC1rZXktdjEAAAAABG5vbmU{base64:33}\n"),
            Severity::Critical,
        ),
        (
            "id_ed25519",
            armour("OPENSSH PRIVATE KEY", "b3BlbnNzaC1rZXktdjEAAAAACmFlczI1Ni1jdHI{base64:25}\n"),
            Severity::Medium,
        ),
        ("key.ppk", putty("none"), Severity::Critical),
        ("key.ppk", putty("aes256-cbc"), Severity::Medium),
    ] {
        let found = findings(path, &template);
        assert_eq!(found.len(), 1, "{path}: {}", said(&found));
        assert_eq!(found[0].severity, expected, "{path}: {}", said(&found));
    }
}

fn putty(encryption: &str) -> String {
    format!(
        "PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: {encryption}\nComment: me\nPublic-Lines: 2\n{{base64:64}}\n\
         {{base64:16}}\nPrivate-Lines: 1\n{{base64:48}}\nPrivate-MAC: {{hex:64}}\n"
    )
}

#[test]
fn manifests_and_documents_are_looked_into() {
    let encoded = |text: &str| {
        use base64::Engine as _;
        base64::engine::general_purpose::STANDARD.encode(Generator::new(9).fill(text))
    };
    let auth = encoded("deploy:{alnum:20}");
    let pem = encoded(&armour("RSA PRIVATE KEY", "MIIEpAIBAAKCAQEA{base64:48}\n"));
    let kind = "apiVersion: v1\nkind: Secret\nmetadata:\n  name: db\ndata:\n";
    for (path, text, expected) in [
        (".docker/config.json", format!("{{\"auths\": {{\"r.corp.net\": {{\"auth\": \"{auth}\"}}}}}}"), "docker-config/auth"),
        ("secret.yaml", format!("{kind}  password: {}\n", encoded("{alnum:24}")), "kubernetes-secret/data"),
        (".kube/config", format!("users:\n- name: me\n  user:\n    client-key-data: {pem}\n"), "kubeconfig/client-key"),
        (
            "gcp.json",
            "{\"type\": \"service_account\", \"project_id\": \"x\", \"private_key_id\": \"{hex:40}\", \"private_key\": \
             \"-----BEGIN PRIVATE KEY-----\\nMIIE{base64:60}\\n{base64:64}\\n{base64:64}\\n-----END PRIVATE KEY-----\\n\"}"
                .to_owned(),
            "gcp/service-account-key",
        ),
    ] {
        let found = findings(path, &text);
        assert!(found.iter().any(|finding| finding.meta.id == expected), "{path}: {}", said(&found));
        assert!(found.iter().all(|finding| finding.confidence >= Confidence::Medium), "{path}: {}", said(&found));
    }
}

#[test]
fn a_secret_that_is_told_twice_is_one_finding() {
    let encoded = |text: &str| {
        use base64::Engine as _;
        base64::engine::general_purpose::STANDARD.encode(text)
    };
    let password = Generator::new(9).fill("{alnum:24}");
    let auth = encoded(&format!("deploy:{password}"));
    let registry = format!("{{\"auths\":{{\"r.corp.net\":{{\"password\":\"{password}\",\"auth\":\"{auth}\"}}}}}}");
    let key = Generator::new(9).fill(&armour("RSA PRIVATE KEY", "MIIEpAIBAAKCAQEA{base64:48}\n"));
    let account = format!(
        "{{\"type\": \"service_account\", \"project_id\": \"x\", \"private_key_id\": \"{}\", \"private_key\": \"{}\"}}",
        Generator::new(3).fill("{hex:40}"),
        key.replace("RSA PRIVATE", "PRIVATE").replace('\n', "\\n")
    );
    let kind = "apiVersion: v1\nkind: Secret\nmetadata:\n  name: r\ndata:\n  .dockerconfigjson: ";
    for (path, text, expected) in [
        (".docker/config.json", registry.clone(), "docker-config/auth critical"),
        ("secret.yaml", format!("{kind}{}\n", encoded(&registry)), "docker-config/auth critical"),
        (
            ".kube/config",
            format!("users:\n- name: me\n  user:\n    client-key-data: {}\n", encoded(&key)),
            "kubeconfig/client-key critical",
        ),
        ("app.env", format!("GCP_KEY={}\n", encoded(&account)), "gcp/service-account-key critical"),
    ] {
        assert_eq!(said(&findings(path, &text)), expected, "{path}");
    }
}

/// What a state file of Terraform holds, as Terraform writes it.
#[test]
fn a_state_file_is_judged_by_the_kind_of_its_resources() {
    let resource = |kind: &str, attributes: &str| {
        format!(
            "{{\"version\": 4, \"resources\": [{{\"mode\": \"managed\", \"type\": \"{kind}\", \"name\": \"x\", {}: [{{{}: {{\n  {attributes}\n}}}}]}}]}}",
            "\"instances\"", "\"attributes\""
        )
    };
    let generated = concat!(
        "\"bcrypt_hash\": \"$2a$10${alnum:53}\", \"id\": \"none\", \"keepers\": null, \"length\": 16,\n",
        "            \"override_special\": null, \"result\": \"{alnum:6}!{alnum:4}#{alnum:4}\","
    );
    for (text, expected) in [
        (resource("random_password", generated), "terraform/state-resource high"),
        (
            resource("aws_ssm_parameter", "\"type\": \"SecureString\", \"value\": \"{alnum:24}\""),
            "terraform/state-resource high",
        ),
        (resource("aws_ssm_parameter", "\"type\": \"String\", \"value\": \"{alnum:24}\""), ""),
        (
            resource("kubernetes_secret", "\"binary_data\": null, \"data\": {\"x\": \"{alnum:24}\"}"),
            "terraform/state-kubernetes-secret high",
        ),
        (resource("kubernetes_config_map", "\"binary_data\": null, \"data\": {\"x\": \"{alnum:24}\"}"), ""),
        (
            "{\"outputs\": {\"x\": {\"value\": \"{alnum:24}\", \"type\": \"string\", \"sensitive\": true}}}".to_owned(),
            "terraform/state-value high",
        ),
        ("{\"outputs\": {\"x\": {\"value\": \"{alnum:24}\", \"type\": \"string\"}}}".to_owned(), ""),
    ] {
        assert_eq!(said(&findings("terraform.tfstate", &text)), expected, "{text}");
    }
}

#[test]
fn what_ansible_vault_encrypted_is_no_secret() {
    let vault = format!("$ANSIBLE_VAULT;1.1;AES256\n{}", "{hex:80}\n".repeat(8));
    for (path, text) in [
        ("group_vars/all/vault.yml", vault.clone()),
        ("vars.yml", format!("db_password: !vault |\n  {}", vault.replace('\n', "\n  "))),
    ] {
        assert_eq!(said(&findings(path, &text)), "", "{path}");
    }
}

/// Each row: what is written, and the rule of the provider that its name speaks of.
const NAMED: &[(&str, &str)] = &[
    ("STRIPE_SECRET_KEY=sk_live_{alnum:40}", "stripe/live-key critical"),
    ("SECRET_KEY=sk_live_{alnum:40}", "stripe/live-key critical"),
    ("PAYSTACK_SECRET_KEY=sk_live_{hex:40}", "paystack/secret-key critical"),
    ("CLERK_SECRET_KEY=sk_live_{alnum:40}", "clerk/secret-key critical"),
    ("CLERK_SECRET_KEY=sk_test_{alnum:40}", "clerk/test-secret-key low"),
    ("WORKOS_API_KEY=sk_live_{alnum:40}", "workos/live-api-key critical"),
    ("UPLOADTHING_SECRET=sk_live_{hex:64}", "uploadthing/secret-key high"),
    ("LIVEBLOCKS_SECRET_KEY=sk_prod_{alnum:64}", "liveblocks/secret-key high"),
    ("STRIPE_WEBHOOK_SECRET=whsec_{alnum:32}", "stripe/webhook-secret medium"),
    ("CLERK_WEBHOOK_SECRET=whsec_{alnum:32}", "clerk/webhook-secret medium"),
    ("SVIX_SECRET=whsec_{alnum:32}", "svix/signing-secret medium"),
    ("RESEND_WEBHOOK_SECRET=whsec_{alnum:32}", "resend/webhook-secret medium"),
];

#[test]
fn a_prefix_of_several_providers_is_told_apart_by_the_name_before_it() {
    for (line, expected) in NAMED {
        assert_eq!(said(&findings("app.env", line)), *expected, "{line}");
    }
    let both = "CLERK_SECRET_KEY=sk_live_{alnum:40}\nSTRIPE_SECRET_KEY=sk_live_{alnum:40}\n";
    assert_eq!(said(&findings("app.env", both)), "clerk/secret-key critical, stripe/live-key critical");
}
