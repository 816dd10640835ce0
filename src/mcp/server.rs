//! Finds the servers of a document, and every text in them with the field it stands in.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::collections::HashSet;

use crate::document::{Document, Kind, Node, Pointer, Scalar, Value};

/// The length up to which a key is taken for a name.
const LONGEST_NAME: usize = 256;

/// What a text of a server is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Field {
    /// The program.
    Command,
    /// One of its arguments.
    Argument,
    /// A variable of its environment.
    Env,
    /// A header of a request.
    Headers,
    /// The address of a remote server.
    Url,
    /// Settings of a login.
    Oauth,
    /// The name of a variable, by which the client looks up the value itself.
    VariableName,
    /// Anything else.
    Other,
}

impl Field {
    /// Returns the name that the data uses.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Command => "command",
            Self::Argument => "args",
            Self::Env => "env",
            Self::Headers => "headers",
            Self::Url => "url",
            Self::Oauth => "oauth",
            Self::VariableName => "variable-name",
            Self::Other => "other",
        }
    }
}

/// One text of a document and where it stands.
#[derive(Clone, Debug)]
pub struct Leaf<'a> {
    /// What it is for.
    pub field: Field,
    /// The name it is known by: its key, or that of the list it is an element of; empty if it is too long to say anything.
    pub name: Cow<'a, str>,
    /// The node, with its key.
    pub node: &'a Node,
    /// Its text.
    pub scalar: &'a Scalar,
    /// Its place in the document.
    pub pointer: Pointer<'a>,
    /// The list it is an element of, and its number there.
    pub list: Option<(&'a [Node], usize)>,
}

/// One server of a configuration.
#[derive(Clone, Debug)]
pub struct Server<'a> {
    /// Its name; empty for an element of a list without one.
    pub name: &'a str,
    /// All of it.
    pub node: &'a Node,
    /// Its place in the document.
    pub pointer: Pointer<'a>,
    /// The key of the map or list it hangs in; `server` for the one of an `mcp_config`, which hangs in none.
    pub under: &'a str,
    /// The key of the server map, as a node.
    pub parent: Option<&'a Node>,
    /// Whether no key says that it is a server: it is a program that is started with arguments, as containers are.
    pub loose: bool,
    /// All of its texts.
    pub leaves: Vec<Leaf<'a>>,
    /// The program's name, which is asked for once for each text.
    command: Option<&'a str>,
    /// The places of the texts that may refer to a variable, once that was asked for.
    referring: OnceCell<Vec<usize>>,
}

impl<'a> Server<'a> {
    /// Returns the texts that may refer to a variable: most hold nothing that looks like a reference.
    pub fn referring(&self) -> impl Iterator<Item = &Leaf<'a>> {
        let has_mark = |leaf: &Leaf<'_>| memchr::memchr3(b'$', b'{', b'%', leaf.scalar.text.as_bytes()).is_some();
        let find = || (0..self.leaves.len()).filter(|&at| has_mark(&self.leaves[at])).collect();
        self.referring.get_or_init(find).iter().map(|&at| &self.leaves[at])
    }

    /// Returns the program's name.
    pub const fn command(&self) -> Option<&'a str> {
        self.command
    }

    /// Returns the texts of one field.
    pub fn of(&self, field: Field) -> impl Iterator<Item = &Leaf<'a>> {
        self.leaves.iter().filter(move |leaf| leaf.field == field)
    }
}

/// The keys under which servers hang in some client's file. The flag tells that nothing else uses the key.
const KEYS: [(&str, bool); 12] = [
    ("mcpServers", true),
    ("mcp_servers", true),
    ("mcp-servers", true),
    ("context_servers", true),
    ("amp.mcpServers", true),
    ("mcp.servers", true),
    ("modelContextProtocolServers", true),
    ("mcpservers", true),
    ("servers", false),
    ("mcp", false),
    ("extensions", false),
    ("registry", false),
];

/// Returns the servers of a document, by its shape alone.
pub fn servers(document: &Document) -> Vec<Server<'_>> {
    let mut found = Vec::new();
    for root in &document.roots {
        let mut own = Vec::new();
        collect(root, &Pointer::root(), 0, &mut own);
        if own.iter().all(|server| server.loose) {
            own = flat(root).unwrap_or(own);
        }
        found.extend(own);
    }
    found
}

/// Takes the members of the file itself for servers, as a plugin's file may have them.
fn flat(root: &Node) -> Option<Vec<Server<'_>>> {
    let members = root.members().filter(|members| !members.is_empty() && members.iter().all(is_server))?;
    Some(members.iter().map(|member| server(member, Pointer::root().child(member, 0), "", None)).collect())
}

fn collect<'a>(node: &'a Node, path: &Pointer<'a>, depth: usize, found: &mut Vec<Server<'a>>) {
    if depth > 8 {
        return;
    }
    for (index, child) in node.children().iter().enumerate() {
        let path = path.child(child, index);
        match KEYS.iter().find(|(name, _)| *name == child.name()) {
            Some(&(_, certain)) if holds_servers(child, certain) => {
                for (index, member) in child.children().iter().enumerate() {
                    if member.members().is_some() {
                        found.push(server(member, path.child(member, index), child.name(), Some(child)));
                    }
                }
            }
            _ if child.name() == "mcp_config" && is_server(child) => found.push(server(child, path, "server", None)),
            _ => {
                let first = found.len();
                collect(child, &path, depth + 1, found);
                if starts_program(child) {
                    found.push(loose(child, path, node.name(), &found[first..]));
                }
            }
        }
    }
}

fn holds_servers(node: &Node, certain: bool) -> bool {
    let children = node.children();
    let count = children.iter().filter(|child| is_server(child)).count();
    if certain {
        count > 0 || node.members().is_some_and(|members| members.iter().any(|m| m.members().is_some()))
    } else {
        count > 0 && count * 2 >= children.len()
    }
}

/// Tells whether a map has what makes it a server: something to start or somewhere to go.
fn is_server(node: &Node) -> bool {
    node.members().is_some_and(|members| {
        members.iter().any(|member| {
            matches!(member.name(), "command" | "cmd" | "url" | "serverUrl" | "httpUrl" | "uri" | "endpoint" | "args")
        })
    })
}

/// Tells whether a map says what to start and with which arguments.
fn starts_program(node: &Node) -> bool {
    let is_text_or_list = |member: &Node| member.text().is_some() || member.elements().is_some();
    node.get("command").or_else(|| node.get("cmd")).is_some_and(is_text_or_list)
        && node.get("args").is_some_and(|arguments| arguments.elements().is_some())
}

/// Makes a server of a program that no key calls one; the texts of those that stand in it are theirs alone.
fn loose<'a>(node: &'a Node, pointer: Pointer<'a>, under: &'a str, inner: &[Server<'a>]) -> Server<'a> {
    let mut own = Server { loose: true, ..server(node, pointer, under, None) };
    let taken: HashSet<*const Node> =
        inner.iter().flat_map(|server| &server.leaves).map(|leaf| std::ptr::from_ref(leaf.node)).collect();
    own.leaves.retain(|leaf| !taken.contains(&std::ptr::from_ref(leaf.node)));
    own
}

fn server<'a>(node: &'a Node, pointer: Pointer<'a>, under: &'a str, parent: Option<&'a Node>) -> Server<'a> {
    let name = match &node.key {
        Some(key) => key.name.as_str(),
        None => node.get("name").and_then(Node::text).unwrap_or(""),
    };
    let mut leaves = Vec::new();
    for member in node.children() {
        gather(member, field(member), &pointer.child(member, 0), member.name(), None, &mut leaves);
    }
    let command = leaves.iter().find(|leaf| leaf.field == Field::Command).map(|leaf| leaf.scalar.text.as_str());
    Server { name, node, pointer, under, parent, loose: false, leaves, command, referring: OnceCell::new() }
}

/// Returns all texts below `node`, as settings that belong to no server.
///
/// `name` is the key that the node goes by: its own, or that of the list it is an element of.
pub fn leaves<'a>(node: &'a Node, name: &'a str, path: &Pointer<'a>) -> Vec<Leaf<'a>> {
    let mut found = Vec::new();
    gather(node, Field::Other, path, name, None, &mut found);
    found
}

/// Tells what a member of a server is for.
fn field(member: &Node) -> Field {
    match member.name() {
        "env" | "environment" | "envs" | "environmentVariables" | "environment_variables" => Field::Env,
        "headers" | "http_headers" | "httpHeaders" | "customHeaders" | "static_headers" => Field::Headers,
        "url" | "serverUrl" | "httpUrl" | "uri" | "endpoint" | "sseUrl" | "baseUrl" | "server_url" => Field::Url,
        "args" | "arguments" => Field::Argument,
        "command" | "cmd" if member.elements().is_some() => Field::Argument,
        "command" | "cmd" => Field::Command,
        "oauth" | "auth" | "oauthClient" | "oauth2" | "authorization" => Field::Oauth,
        "bearer_token_env_var" | "bearer_token_env" | "env_vars" | "env_keys" | "env_http_headers" => {
            Field::VariableName
        }
        _ => Field::Other,
    }
}

fn gather<'a>(
    node: &'a Node,
    field: Field,
    path: &Pointer<'a>,
    name: &'a str,
    list: Option<(&'a [Node], usize)>,
    found: &mut Vec<Leaf<'a>>,
) {
    let scalar = match &node.value {
        Value::Scalar(scalar) => scalar,
        Value::List(elements) => {
            for (index, element) in elements.iter().enumerate() {
                gather(element, field, &path.child(element, index), name, Some((elements, index)), found);
            }
            return;
        }
        Value::Map(members) => return gather_members(node, members, field, path, found),
    };
    if scalar.kind == Kind::Null && scalar.tag.is_none() {
        return;
    }
    let is_program = list.is_some_and(|(_, index)| index == 0) && matches!(name, "command" | "cmd");
    let field = if is_program && field == Field::Argument { Field::Command } else { field };
    let name = if name.len() > LONGEST_NAME { "" } else { name };
    found.push(Leaf { field, name: Cow::Borrowed(name), node, scalar, pointer: path.clone(), list });
}

/// Returns what a map says that it is an entry for: `{name: API_KEY, value: …}` is one for `API_KEY`.
pub fn entry(node: &Node) -> Option<&str> {
    ["name", "key"].iter().find_map(|key| node.get(key).and_then(Node::text))
}

/// Returns the name by which a member of a map is known, if the map is an entry for `entry`.
pub fn member_name<'a>(member: &'a Node, entry: Option<&'a str>) -> &'a str {
    match (member.name(), entry) {
        ("value" | "default", Some(entry)) => entry,
        (name, _) => name,
    }
}

fn gather_members<'a>(
    node: &'a Node,
    members: &'a [Node],
    field: Field,
    path: &Pointer<'a>,
    found: &mut Vec<Leaf<'a>>,
) {
    let entry = entry(node);
    for member in members {
        let inner = match (field, self::field(member)) {
            (Field::Other, inner @ (Field::Headers | Field::Env | Field::Oauth)) => inner,
            // Zed once had all that starts a server below `command`.
            (Field::Command, inner @ (Field::Argument | Field::Env)) => inner,
            (outer, _) => outer,
        };
        gather(member, inner, &path.child(member, 0), member_name(member, entry), None, found);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::{Format, parse};

    #[test]
    fn servers_are_found_wherever_clients_keep_them() {
        let cases = [
            (Format::Json, r#"{"mcpServers": {"s": {"command": "npx", "args": ["a"], "env": {"K": "v"}}}}"#),
            (
                Format::Json,
                r#"{"projects": {"/a": {"mcpServers": {"s": {"command": "npx", "args": ["a"], "env": {"K": "v"}}}}}}"#,
            ),
            (Format::Json, r#"{"servers": {"s": {"command": "npx", "args": ["a"], "env": {"K": "v"}}}, "inputs": []}"#),
            (Format::Json, r#"{"mcp": {"s": {"command": ["npx", "a"], "environment": {"K": "v"}}}}"#),
            (Format::Json, r#"{"mcp": {"servers": {"s": {"command": "npx", "args": ["a"], "env": {"K": "v"}}}}}"#),
            (Format::Json, r#"{"amp.mcpServers": {"s": {"command": "npx", "args": ["a"], "env": {"K": "v"}}}}"#),
            (Format::Json, r#"{"context_servers": {"s": {"command": "npx", "args": ["a"], "env": {"K": "v"}}}}"#),
            (Format::Json, r#"{"s": {"command": "npx", "args": ["a"], "env": {"K": "v"}}}"#),
            (Format::Toml, "[mcp_servers.s]\ncommand = 'npx'\nargs = ['a']\nenv = { K = 'v' }\n"),
            (Format::Toml, "[mcp_servers.s]\ncommand = 'npx'\nargs = ['a']\n[mcp_servers.s.env]\nK = 'v'\n"),
            (Format::Yaml, "mcpServers:\n- name: s\n  command: npx\n  args: [a]\n  env:\n    K: v\n"),
            (Format::Yaml, "extensions:\n  s:\n    cmd: npx\n    args: [a]\n    envs: {K: v}\n"),
        ];
        for (format, text) in cases {
            let document = parse(text.as_bytes(), format).expect("valid");
            let found = servers(&document);
            assert_eq!(found.len(), 1, "{text}");
            assert_eq!(found[0].name, "s", "{text}");
            assert_eq!(found[0].command(), Some("npx"), "{text}");
            let arguments: Vec<&str> = found[0].of(Field::Argument).map(|leaf| leaf.scalar.text.as_str()).collect();
            assert_eq!(arguments, ["a"], "{text}");
            let variables: Vec<(&str, &str)> =
                found[0].of(Field::Env).map(|leaf| (leaf.name.as_ref(), leaf.scalar.text.as_str())).collect();
            assert_eq!(variables, [("K", "v")], "{text}");
        }
    }

    #[test]
    fn all_members_of_a_file_of_servers_are_servers() {
        let text = r#"{"s": {"command": "npx", "args": ["a"]}, "t": {"url": "https://t"}}"#;
        let document = parse(text.as_bytes(), Format::Json).expect("valid");
        let found: Vec<(&str, bool)> = servers(&document).iter().map(|server| (server.name, server.loose)).collect();
        assert_eq!(found, [("s", false), ("t", false)]);
    }

    #[test]
    fn what_starts_a_program_is_as_good_as_a_server() {
        for text in [
            "tools:\n- mcp: {command: npx, args: [a]}\n",
            "spec:\n  containers:\n  - {name: mcp, command: [npx], args: [a], env: [{name: K, value: v}]}\n",
        ] {
            let document = parse(text.as_bytes(), Format::Yaml).expect("valid");
            let found = servers(&document);
            assert_eq!((found.len(), found[0].name, found[0].loose, found[0].command()), (1, "mcp", true, Some("npx")));
            assert!(found[0].of(Field::Env).all(|leaf| leaf.name == "name" || leaf.name == "K"), "{text}");
        }
    }

    #[test]
    fn servers_below_a_program_are_servers_and_the_program_keeps_its_own_texts() {
        let text = r#"{"agents": {"a": {"command": "claude", "args": ["x"],
            "mcpServers": {"s": {"command": "npx", "args": ["-y", "docs-mcp"]}}}}}"#;
        let document = parse(text.as_bytes(), Format::Json).expect("valid");
        let found = servers(&document);
        let texts = |server: &Server<'_>| server.leaves.iter().map(|leaf| leaf.scalar.text.clone()).collect::<Vec<_>>();
        let found: Vec<_> = found.iter().map(|server| (server.name, server.loose, texts(server).join(" "))).collect();
        assert_eq!(found, [("s", false, "npx -y docs-mcp".to_owned()), ("a", true, "claude x".to_owned())]);
    }

    #[test]
    fn other_files_with_such_keys_have_no_servers() {
        for text in
            [r#"{"servers": ["a"]}"#, r#"{"extensions": {"recommendations": ["a"]}}"#, r#"{"scripts": {"a": "b"}}"#]
        {
            assert!(servers(&parse(text.as_bytes(), Format::Json).expect("valid")).is_empty(), "{text}");
        }
    }

    #[test]
    fn what_stands_below_a_command_is_told_apart() {
        let text = r#"{"context_servers": {"s": {"command": {"path": "npx", "args": ["a"], "env": {"K": "v"}}}}}"#;
        let document = parse(text.as_bytes(), Format::Json).expect("valid");
        let found = servers(&document);
        let fields: Vec<Field> = found[0].leaves.iter().map(|leaf| leaf.field).collect();
        assert_eq!((found[0].command(), fields), (Some("npx"), vec![Field::Command, Field::Argument, Field::Env]));
    }

    #[test]
    fn headers_below_request_options_are_headers() {
        let text = r#"{"mcpServers": {"s": {"url": "https://a", "requestInit": {"headers": {"Authorization": "x"}}}}}"#;
        let document = parse(text.as_bytes(), Format::Json).expect("valid");
        let found = servers(&document);
        let header = found[0].of(Field::Headers).next().expect("a header");
        assert_eq!(header.pointer.to_string(), "/mcpServers/s/requestInit/headers/Authorization");
    }
}
