package archtest

// A layer says what the packages of one part of the project may import besides the standard
// library. Patterns name packages of the project as seen from its root ("./syncer") and others by
// their import path; "x/..." is x and all below it, "..." is everything.
type layer struct {
	of    string
	may   []string
	why   string // why nothing else
	never []ban
}

// A ban takes an edge out of what a layer may import, or gives a better reason for its absence.
type ban struct {
	to    string
	why   string
	tests bool // holds for _test.go files too
}

// text and light are the foreign modules that a program compiles which embeds the core, and those
// that a connector may add. They are few and small, and a database driver, a web framework or a CLI
// library is not among them.
var (
	text  = []string{"golang.org/x/text/...", "golang.org/x/sync/..."}
	light = append([]string{
		"golang.org/x/oauth2/...",
		"golang.org/x/time/...",
		"github.com/hashicorp/go-retryablehttp",
	}, text...)
)

// layers is the map. The first layer whose pattern fits a package is the package's; a package that
// none fits has no place yet, which is a violation in itself.
var layers = []layer{
	{
		of:  ".",
		why: "the root package holds only the package comment",
	},

	// The core and what helps to build on it.
	{
		of:    "./syncer",
		may:   with(text, "./syncer/internal/..."),
		why:   "everything points at the core; whatever it imported, every user would have to take",
		never: offline("the core knows no HTTP and no SQL; that is for connectors and stores"),
	},
	{
		of:    "./syncer/internal/...",
		may:   with(text, "./syncer/internal/..."),
		why:   "helpers of the core may use no more than the core",
		never: offline("helpers of the core know no HTTP and no SQL, as the core knows none"),
	},
	{
		of:    "./syncer/syncertest/...",
		may:   []string{"./syncer", "./syncer/syncertest/..."},
		why:   "connector authors run these suites in their own modules, and must not inherit ours",
		never: offline("the suites run in memory, so that they prove the same thing everywhere"),
	},
	{
		of:  "./syncer/connect/connecttest/...",
		may: []string{"./syncer", "./syncer/connect"},
		why: "store authors run these suites in their own modules, and must not inherit ours",
	},
	{
		of:  "./syncer/connect/...",
		may: with(light, "./syncer", "./syncer/connect/...", "./internal/..."),
		why: "every connector uses this package; it knows no brand, no policy and no store",
	},

	// Rules and stores. They meet in the program, not here.
	{
		of:  "./policy/...",
		may: with(text, "./syncer", "./policy/...", "github.com/bmatcuk/doublestar/v4"),
		why: "a policy decides on facts that syncer gives it, and calls nobody",
		never: offline("a policy decides within planning, where nothing may wait for a network",
			connectors("a policy that knows a brand cannot be used with another")...),
	},
	{
		of:    "./mapping/...",
		may:   with(text, "./syncer", "./mapping/..."),
		why:   "mapping yields pairs as data; the program gives it connectors and stores",
		never: connectors("mapping works on the words of a configuration, not on a client"),
	},
	{
		of:    "./storage/memory/...",
		may:   with(text, "./syncer", "./syncer/connect", "./storage/internal/..."),
		why:   "a store implements the contracts of syncer and syncer/connect and knows no one else",
		never: connectors("a store keeps what any connector yields"),
	},
	{
		of:    "./storage/sqlite/...",
		may:   with(text, "./syncer", "./syncer/connect", "./storage/internal/...", "modernc.org/sqlite/...", "golang.org/x/sys/windows", "golang.org/x/sys/unix"),
		why:   "a store implements the contracts of syncer and syncer/connect and knows no one else",
		never: connectors("a store keeps what any connector yields"),
	},
	{
		of:    "./storage/postgres/...",
		may:   with(text, "./syncer", "./syncer/connect", "./storage/internal/...", "github.com/jackc/pgx/v5/..."),
		why:   "a store implements the contracts of syncer and syncer/connect and knows no one else",
		never: connectors("a store keeps what any connector yields"),
	},
	{
		of:  "./storage/internal/...",
		may: with(text, "./syncer", "./syncer/connect", "./storage/internal/..."),
		why: "what stores share must not bring in a driver that one of them does not need",
	},

	// Connectors, and the services that they are tested against.
	{
		of:    "./procore/procoretest/...",
		may:   []string{"./procore/procoretest/...", "./internal/..."},
		why:   "a fake service speaks HTTP only, so that it catches requests that are wrong",
		never: fake("./procore"),
	},
	{
		of:    "./box/boxtest/...",
		may:   with(text, "./box/boxtest/...", "./internal/..."),
		why:   "a fake service speaks HTTP only, so that it catches requests that are wrong",
		never: fake("./box"),
	},
	{
		of:    "./procore/...",
		may:   with(light, "./syncer", "./syncer/connect", "./procore/...", "./internal/..."),
		why:   "a program with one connector compiles no more than that connector needs",
		never: connector("./box/..."),
	},
	{
		of:    "./box/...",
		may:   with(light, "./syncer", "./syncer/connect", "./box/...", "./internal/..."),
		why:   "a program with one connector compiles no more than that connector needs",
		never: connector("./procore/..."),
	},

	{
		of:  "./internal/clients/...",
		may: []string{"./box/boxtest", "./internal/clients/..."},
		why: "what drives foreign clients starts a fake for them and needs nothing else of ours",
	},
	{
		of:  "./internal/...",
		may: with(light, "./internal/..."),
		why: "a helper must not know whom it helps, or the arrows run in a circle",
	},

	// Examples.
	{
		of: "./examples/quickstart/...",
		may: []string{
			"./syncer/...", "./policy/...", "./storage/memory", "./storage/sqlite", "./examples/quickstart/...",
		},
		why:   "the first program that people copy needs this module and nothing else",
		never: outsider,
	},
	{
		of:  "./examples/localdir/...",
		may: []string{"..."},
		never: append(connectors("a connector stands alone, and this one shows how"),
			outsider...),
	},
	{
		of:  "./examples/...",
		may: []string{"..."},
	},
}

// outsider is for examples that show what anyone can write in a module of their own.
var outsider = []ban{{
	to:    "./internal/...",
	why:   "it is out of reach for the people whom this example is for",
	tests: true,
}}

// embeds lists what a program may embed without a database driver, a web framework or a CLI library
// being compiled into it: each of these packages, with all that it imports, keeps to light.
var embeds = []string{"./syncer", "./syncer/connect", "./procore", "./box"}

// offline bans the network and databases.
func offline(why string, more ...ban) []ban {
	return append([]ban{{to: "net/...", why: why}, {to: "database/...", why: why}}, more...)
}

// connectors bans both of them.
func connectors(why string) []ban {
	return []ban{{to: "./procore/...", why: why}, {to: "./box/...", why: why}}
}

// connector is what a connector never imports, its sibling first.
func connector(sibling string) []ban {
	return []ban{
		{
			to:    sibling,
			why:   "connectors meet in syncer only; what knows both services is a program",
			tests: true,
		},
		{to: "./policy/...", why: "connectors give facts and policies decide"},
		{to: "./storage/...", why: "which store is used is for the program to choose"},
		{to: "./mapping/...", why: "a connector serves one root and does not know who paired it"},
	}
}

// fake is what a fake service never imports: its client, and the model that the client maps to.
func fake(client string) []ban {
	return []ban{
		{
			to:  client,
			why: "a fake that shares types with its client agrees with the client's mistakes",
		},
		{
			to:  "./syncer/...",
			why: "a fake plays the service, which has never heard of syncer",
		},
	}
}

// with returns a list and more, and leaves the list alone.
func with(list []string, more ...string) []string {
	return append(more, list...)
}
