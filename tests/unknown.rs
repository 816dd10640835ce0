//! Secrets of no known provider: in which shapes of text they are found, and what looks like one and is none.

use std::sync::LazyLock;

use bstr::BString;
use keysweep::detect::{Engine, Scratch};
use keysweep::finding::Confidence;
use keysweep::inspect::{Inspector, Options};
use keysweep::rules::Catalogue;
use keysweep::rules::template::Generator;
use keysweep::source::Origin;

static INSPECTOR: LazyLock<Inspector> = LazyLock::new(|| {
    Inspector::new(Engine::new(&Catalogue::builtin()), Options { detect: true, ..Options::default() })
});

/// Returns what is found in a file and would stop a commit; `@` stands for a random value.
fn found(path: &str, template: &str, value: &str) -> Vec<String> {
    let text = Generator::new(5).fill(&template.replace('@', value));
    let origin = Origin::File { path: BString::from(path) };
    let findings = INSPECTOR.inspect(&origin, text.as_bytes(), &mut Scratch::default()).findings;
    let sure = findings.iter().filter(|finding| finding.confidence > Confidence::Low);
    sure.map(|finding| text[finding.places[0].span.range()].to_owned()).collect()
}

#[test]
fn what_everybody_may_know_is_no_secret() {
    let address = "0x{hex:40}";
    let uuid = "{hex:8}-{hex:4}-4{hex:3}-9{hex:3}-{hex:12}";
    let pointer = "{base64:62}==";
    for (path, template, value) in [
        ("a.ts", "export const USDC_TOKEN = \"@\";", address),
        ("a.py", "rewardToken = \"@\"", address),
        ("a.json", "{\"tokenIn\": \"@\"}", address),
        ("a.sol", "address constant token = @;", address),
        ("a.ts", "const token = \"@\";", "TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA"),
        ("a.ts", "const tokenProgram = \"@\";", "TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA"),
        ("a.json", "{\"nextToken\": \"@\"}", pointer),
        ("a.json", "{\"nextPageToken\": \"@\"}", pointer),
        ("a.json", "{\"NextContinuationToken\": \"@\"}", pointer),
        ("a.json", "{\"syncToken\": \"@\"}", "{alnum:24}"),
        ("a.py", "ClientRequestToken='@'", uuid),
        ("a.py", "clientToken = \"@\"", uuid),
        ("a.js", "clientToken: \"pub@\",", "{hex:32}"),
        ("a.yml", "idempotency_token: @", uuid),
        ("a.json", "{\"csrfToken\": \"@\"}", pointer),
        ("a.txt", "csrftoken=@", "{alnum:32}"),
        ("a.txt", "authenticity_token=@", "{alnum:32}"),
        ("a.json", "{\"concurrencyToken\": \"@\"}", uuid),
        ("a.cfg", "password=@", "@@DB_PASS2@@"),
        ("a.yml", "password: @", "n/a-2024"),
        ("a.yml", "passwd: \"@\"", "*LK*2"),
        ("a.php", "$passwordRules = \"@\";", "required|min:8|max64|mixedCase1"),
        ("a.yml", "password: \"@\"", "required|min:8|max64|mixedCase1"),
        ("a.yml", "secret: \"@\"", "#1F2937A0"),
        ("a.toml", "checksum_token = \"sha256:@\"", "{hex:64}"),
        ("locales/fr.json", "{\"password\": \"@\"}", "MotDePasse2"),
        ("a.rs", "&[\"mysqlpass\", \"@\", \"mailpass\"]", "smtppass"),
    ] {
        assert_eq!(found(path, template, value), [""; 0], "{path}: {template}");
    }
}

#[test]
fn a_name_or_a_value_that_is_much_like_a_public_one_says_secret() {
    for (path, template, value) in [
        ("a.ts", "const privateKeyToken = \"0x@\";", "{hex:64}"),
        ("a.json", "{\"clientAccessToken\": \"@\"}", "{alnum:40}"),
        ("a.json", "{\"csrfSecret\": \"@\"}", "{alnum:40}"),
        ("a.yml", "password: \"#@\"", "{alnum:12}"),
        ("a.yml", "password: \"*@\"", "{alnum:12}"),
    ] {
        assert_eq!(found(path, template, value).len(), 1, "{path}: {template}");
    }
}

/// Each row: where, and what; `@` is a password or a key.
const SHAPES: &[(&str, &str)] = &[
    ("a.py", "API_KEY = (\n    \"@\"\n)\n"),
    ("a.ts", "const apiKey =\n  \"@\";\n"),
    ("a.json", "{\n  \"api_key\":\n    \"@\"\n}\n"),
    ("A.java", "    private static final String API_KEY =\r\n        \"@\";\r\n"),
    ("a.yml", "password: |\n  @\n"),
    ("a.yml", "api_key: >-\n  @\nother: x\n"),
    ("a.yml", "password: &db @\n"),
    ("a.yml", "password: !!str @\n"),
    ("a.yml", "db: {user: bob, password: @}\n"),
    ("a.yml", "args:\n  - --password\n  - @\n"),
    ("a.yml", "args:\n  - \"--password\"\n  - \"@\"\n"),
    ("A.cs", "public string ApiKey { get; set; } = \"@\";"),
    ("A.cs", "public string Password { get; init; } = \"@\";"),
    ("a.cpp", "std::string apiKey{\"@\"};"),
    ("a.cpp", "QString apiKey = QStringLiteral(\"@\");"),
    ("a.h", "#define API_KEY (\"@\")"),
    ("a.c", "strcpy(password, \"@\");"),
    ("a.rs", "static API_KEY: &'static str = \"@\";"),
    ("a.rs", "let key = env::var(\"API_KEY\").unwrap_or(\"@\".into());"),
    ("a.vb", "Dim apiKey As String = \"@\""),
    ("a.vb", "Dim password As String = \"@\""),
    ("a.kt", "mapOf(\"apiKey\" to \"@\")"),
    ("a.rb", "key = ENV.fetch(\"API_KEY\") { \"@\" }"),
    ("a.php", "$key = getenv('API_KEY') ?: '@';"),
    ("a.js", "const apiKey = prod ? \"@\" : undefined;"),
    ("a.dart", "String.fromEnvironment('API_KEY', defaultValue: '@')"),
    ("a.py", "parser.add_argument(\"--password\", type=str, default=\"@\")"),
    ("a.py", "    api_key: str = Field(default=\"@\")"),
    ("a.py", "KEY = config(\"SECRET_KEY\", default=\"@\")"),
    ("a.py", "user, password = \"bob\", \"@\""),
    ("a.xml", "<string name=\"api_key\" translatable=\"false\">@</string>"),
    ("a.xml", "<meta-data\n  android:name=\"com.acme.API_KEY\"\n  android:value=\"@\"/>"),
    ("a.xml", "<apiKey><![CDATA[@]]></apiKey>"),
    ("a.php", "$dbpass = '@';"),
    ("a.env", "DBPASS=@\n"),
    ("a.js", "const hmacKey = \"@\";"),
    ("a.js", "const aesKey = \"@\";"),
    ("a.py", "encryptionkey = \"@\""),
    ("a.gradle", "keypass \"@\""),
    ("a.properties", "storepass=@\n"),
    ("a.env", "DB_PASSWORD=\"@ @\"\n"),
];

#[test]
fn a_secret_is_found_in_every_shape_of_an_assignment() {
    for (path, template) in SHAPES {
        let found = found(path, template, "{alnum:22}");
        assert_eq!(found.len(), 1, "{path}: {template}");
        let is_whole = found[0].len() == if template.contains("@ @") { 45 } else { 22 };
        assert!(is_whole, "{path}: {template}: {} bytes", found[0].len());
    }
}

#[test]
fn a_key_without_quotes_may_have_any_sign() {
    let key = "{lowernum:9}*{lowernum:7}({lowernum:8}$={lowernum:6}){lowernum:7}&-{lowernum:4}";
    assert_eq!(found(".env", "DJANGO_SECRET_KEY=@\n", key).len(), 1);
    for value in ["get({lowernum:40})", "$({lowernum:40})"] {
        assert_eq!(found(".env", "DJANGO_SECRET_KEY=@\n", value), [""; 0], "{value}");
    }
}

#[test]
fn what_only_stands_near_a_name_is_not_its_value() {
    for (path, template) in [
        ("a.yml", "password:\n  \"@\": x\n"),
        ("a.yml", "password: |\n  @\n  @\n"),
        ("a.yml", "password: |\n  @ and more\n"),
        ("a.yml", "secrets: {\n  \"@\",\n"),
        ("a.yml", "args:\n  - --password\n- @\n"),
        ("a.yml", "args:\n  - --password\n  - --@\n"),
        ("a.py", "parser.add_argument(\"--password\", help=\"x\") or f(default=\"@\")"),
        ("a.py", "a(user, password = \"bob\", \"@\")"),
        ("a.xml", "<string name=\"api_key\" href=\"x\"/>@</string>"),
        ("a.rb", "config(\"API_KEY\") { \"@\" }"),
        ("a.c", "strcmp(password, \"@\");"),
        ("a.env", "DB_PASSWORD=\"the @\"\n"),
    ] {
        assert_eq!(found(path, template, "{alnum:22}"), [""; 0], "{path}: {template}");
    }
}
