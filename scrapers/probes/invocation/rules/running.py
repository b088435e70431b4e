"""What keeps an installed release from starting, or from answering."""

from registry.tried import Answer
from scrapers.probes.invocation.rules.rule import INSTALLING, rule

ASKING = frozenset({"discover", "discover-config", "sync"})
STARTING = (
    rule(
        "syntax",
        r"^\s*(?P<what>(?:SyntaxError|IndentationError|TabError): [^\n]{1,200})",
        "Its code is no Python of this version: {what}.",
        "Correct it, or say in `requires-python` which Python it is for.",
        answer=Answer.NO,
    ),
    rule(
        "circular-import",
        r"cannot import name '(?P<what>\w{1,100})' from partially initialized module "
        r"'(?P<where>[\w.]{1,100})'"
        r"|partially initialized module '(?P<module>[\w.]{1,100})' has no attribute "
        r"'(?P<name>\w{1,100})'",
        "`{where}{module}` is imported in a circle: it has no `{what}{name}` yet.",
        "Import it where it is used, or move what both need into a module of its own.",
        answer=Answer.NO,
    ),
    rule(
        "entry-point",
        r"(?P<what>module '[\w.]{1,100}' has no attribute '(?:main|cli|run)'"
        r"|cannot import name '(?:main|cli|run)' from '[\w.]{1,100}')",
        "The command that is installed leads to nothing: {what}.",
        "Correct the entry point under `[project.scripts]`.",
        answer=Answer.NO,
    ),
    rule(
        "entry-point",
        r'File "[^"\n]{1,200}/bin/[^"\n]{1,100}", line \d{1,4}, in <module>\n[^\n]{0,200}\n'
        r"(?:[ ^~]{1,200}\n)?(?P<what>(?:ImportError|AttributeError|ModuleNotFoundError"
        r"|TypeError): [^\n]{1,200})",
        "The command that is installed leads to nothing: {what}.",
        "Correct the entry point under `[project.scripts]`.",
        answer=Answer.NO,
    ),
    # Where a part of a name is there, Python names the whole.
    rule(
        "missing-module",
        r"(?:ModuleNotFoundError|ImportError): No module named "
        r"'?(?P<what>(?P<where>\w{1,60})\.[\w.]{1,60})",
        "It imports `{what}`, which the installed `{where}` does not have.",
        "Limit what brings `{where}` to versions that have it; where it is your own, put all "
        "of it into the package.",
        answer=Answer.NO,
    ),
    rule(
        "missing-module",
        r"(?:ModuleNotFoundError|ImportError): No module named '?(?P<what>[\w.]{1,100})",
        "It imports `{what}`, which nothing that it depends on brings.",
        "Add the package that has `{what}` to the dependencies.",
        answer=Answer.NO,
    ),
    rule(
        "missing-name",
        r"ImportError: cannot import name '(?P<what>\w{1,100})' from "
        r"'(?P<where>[\w.]{1,100})'",
        "It needs `{what}` of `{where}`, which the installed version does not have.",
        "Limit the dependency to versions that have it, or follow the change.",
        answer=Answer.NO,
    ),
)
ASKED = (
    rule(
        "flag",
        r"(?:unrecognized arguments:|[Nn]o such option:?|unknown (?:option|flag):?) "
        r"(?P<what>[^\n]{1,80})",
        "It does not know the flag that it was given: {what}.",
        # The specification has neither.
        "Answer to it, as connectors do that are built with the SDK.",
        answer=Answer.NO,
        steps=frozenset({"version", "about"}),
    ),
    rule(
        "flag",
        r"(?:unrecognized arguments:|[Nn]o such option:?|unknown (?:option|flag):?) "
        r"(?P<what>[^\n]{1,80})",
        "It does not know the flag that it was given: {what}.",
        "Answer to the flags of the Singer specification.",
        answer=Answer.NO,
        unless=INSTALLING,
    ),
    rule(
        "credentials",
        r"(?P<what>get_frozen_credentials|DefaultCredentialsError|NoCredentialsError|PartialCredentialsError"
        r"|Could not deserialize key data|invalid_grant|invalid_client"
        r"|InvalidAuthenticationToken|AuthenticationError|AuthenticationException"
        r"|LoginFailed|password authentication failed|[Ii]nvalid (?:API key|credentials)"
        r"|401 (?:Client Error|Unauthorized)|403 (?:Client Error|Forbidden)|Unauthorized)",
        "It needs credentials that are real for this: {what}.",
        "",
    ),
    rule(
        "network",
        r"(?P<what>Name or service not known|Temporary failure in name resolution"
        r"|nodename nor servname|[Ff]ailed to resolve|No address associated with hostname"
        r"|NewConnectionError|Max retries exceeded|Network is unreachable"
        r"|Connection refused|getaddrinfo failed|ServerSelectionTimeoutError"
        r"|could not translate host name|Can't connect to|dns error|Could not connect"
        r"|No route to host|ConnectTimeout|EndpointConnectionError|URLError"
        r"|[Ff]ailed to fetch|error sending request|Could not resolve host)",
        "It needs the network for this, and there is none here: {what}.",
        "",
    ),
    rule(
        "config",
        r"(?:arguments are required:|Missing (?:required )?option:?) (?P<what>[^\n]{1,120})",
        "It does not answer without a config: it demands {what}.",
        "",
        unless=INSTALLING,
    ),
    rule(
        "config",
        r"(?P<what>Config is missing required keys: [^\n]{1,160}"
        r"|Config validation failed[^\n]{0,160}|ConfigValidationError[^\n]{0,160}"
        r"|'[^'\n]{1,80}' is a required property|[Ii]nvalid config[^\n]{0,120}"
        r"|(?:Config|Configuration) (?:file )?(?:is )?(?:required|missing)[^\n]{0,80}"
        r"|FileNotFoundError: [^\n]{0,120}config[^\n]{0,60})",
        "It needs a real config for this: {what}.",
        "",
        unless=INSTALLING,
    ),
    rule(
        "config",
        r"^KeyError: '(?P<what>[\w.-]{1,80})'",
        "It reads the setting `{what}` before it answers, and ends in a traceback.",
        "Name the missing setting in an error, or answer without it.",
        steps=ASKING,
    ),
)
