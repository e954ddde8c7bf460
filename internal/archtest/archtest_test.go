package archtest

import (
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"
)

func TestTheProjectKeepsToItsMap(t *testing.T) {
	found := check(project(t))
	require.Empty(t, found, "\n%s", strings.Join(found, "\n"))
}

func TestAProgramThatEmbedsTheCoreOrAConnectorCompilesNoDriverOrFramework(t *testing.T) {
	found := compiled(project(t))
	require.Empty(t, found, "\n%s", strings.Join(found, "\n"))
}

// project reads the project as it is.
func project(t *testing.T) []source {
	t.Helper()
	all, err := read(os.DirFS("../.."))
	require.NoError(t, err)
	for _, pkg := range []string{"./syncer", "./internal/archtest", "./examples/quickstart"} {
		require.True(t, slices.ContainsFunc(all, func(s source) bool { return s.pkg == pkg }),
			"%s was not read, so nothing is known about the rest either", pkg)
	}
	return all
}

// tree makes a project of one-file packages: the names of files and what they hold. A text that
// does not begin with "package" is the list of imports of a package that is named after its folder.
func tree(files map[string]string) fstest.MapFS {
	project := fstest.MapFS{}
	for name, text := range files {
		if strings.HasSuffix(name, ".go") && !strings.HasPrefix(text, "package") && !strings.HasPrefix(text, "//") {
			dirs := strings.Split("root/"+name, "/")
			var b strings.Builder
			b.WriteString("package " + dirs[len(dirs)-2] + "\n")
			for to := range strings.FieldsSeq(text) {
				b.WriteString("import _ \"" + strings.Replace(to, "./", module+"/", 1) + "\"\n")
			}
			text = b.String()
		}
		project[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return project
}

func checkTree(t *testing.T, files map[string]string) []string {
	t.Helper()
	all, err := read(tree(files))
	require.NoError(t, err)
	return check(all)
}

func TestWhatTheMapAllowsIsLeftAlone(t *testing.T) {
	for name, files := range map[string]map[string]string{
		"the core uses text, groups and its own helpers": {
			"syncer/key.go":             "golang.org/x/text/unicode/norm golang.org/x/sync/errgroup ./syncer/internal/heap",
			"syncer/internal/heap/a.go": "container/heap",
		},
		"a suite imports testing and the core": {
			"syncer/syncertest/suite.go": "testing testing/synctest ./syncer",
		},
		"external tests of a suite use a store and a policy": {
			"syncer/syncertest/suite_test.go": "package syncertest_test\n" +
				`import ("testing"; _ "` + module + `/storage/memory"; _ "` + module + `/policy")`,
		},
		"a policy uses the core and a glob library": {
			"policy/globs.go": "./syncer github.com/bmatcuk/doublestar/v4",
		},
		"a store brings its driver and the contracts of connectors": {
			"storage/sqlite/store.go":  "database/sql ./syncer ./syncer/connect modernc.org/sqlite",
			"storage/postgres/go.mod":  "module " + module + "/storage/postgres",
			"storage/postgres/pool.go": "./syncer github.com/jackc/pgx/v5/pgxpool",
		},
		"connectors use the core, their tools and helpers": {
			"procore/client.go":      "net/http ./syncer ./syncer/connect ./internal/backoff golang.org/x/oauth2",
			"box/client.go":          "net/http ./syncer ./syncer/connect github.com/hashicorp/go-retryablehttp",
			"box/files_test.go":      "testing ./box/boxtest ./syncer/syncertest ./storage/memory",
			"box/boxtest/server.go":  "net/http/httptest testing",
			"internal/backoff/at.go": "time",
		},
		"the real program imports everything": {
			"examples/go.mod":            "module " + module + "/examples",
			"examples/procorebox/run.go": "./procore ./box ./policy ./mapping ./storage/sqlite github.com/spf13/cobra",
		},
		"an internal type stays behind what is exported": {
			"box/client.go": `package box
				import "` + module + `/internal/backoff"
				type Client struct { waits backoff.Plan; Name string }
				type hidden struct { Plan backoff.Plan }
				func (h *hidden) Wait(p backoff.Plan) {}
				func (c *Client) wait(p backoff.Plan) {}
				func New() *Client { return &Client{waits: backoff.Plan{}} }
				var standard = backoff.Plan{}
				var Limit int = backoff.Limit`,
		},
		"a foreign package that is called like an internal one is no concern": {
			"box/client.go": `package box
				import wait "` + module + `/internal/rate"
				import "golang.org/x/time/rate"
				func New(l *rate.Limiter) { wait.Long() }`,
			"internal/rate/a.go": "",
		},
		"tests may have an init function": {
			"box/box_test.go": "package box\nfunc init() {}",
		},
		"a method called init is none that runs unasked": {
			"box/client.go": "package box\ntype c struct{}\nfunc (c) init() {}",
		},
		"a file that is run by hand belongs to no package": {
			"box/generate.go": "//go:build ignore\n\npackage main\nimport _ \"example.org/anything\"",
		},
		"developer tools and test data are not read": {
			"internal/tools/go.mod":      "module " + module + "/internal/tools",
			"internal/tools/tools.go":    "./box ./procore example.org/anything",
			"syncer/testdata/broken.go":  "package",
			".ci/bin/left/over/thing.go": "package",
		},
	} {
		t.Run(name, func(t *testing.T) {
			require.Empty(t, checkTree(t, files))
		})
	}
}

func TestEveryViolationIsCaughtWithItsReason(t *testing.T) {
	for name, c := range map[string]struct {
		files map[string]string
		want  []string // what each violation says, in order
	}{
		"the core imports a brand": {
			map[string]string{"syncer/engine.go": "./box"},
			[]string{"syncer/engine.go:2: ./syncer imports ./box: everything points at the core"},
		},
		"the core imports a policy": {
			map[string]string{"syncer/engine.go": "./policy"},
			[]string{"./syncer imports ./policy: everything points at the core"},
		},
		"the core imports the tools of connectors": {
			map[string]string{"syncer/engine.go": "./syncer/connect"},
			[]string{"./syncer imports ./syncer/connect: everything points at the core"},
		},
		"the core imports a common helper, which may be about a brand": {
			map[string]string{"syncer/engine.go": "./internal/backoff"},
			[]string{"./syncer imports ./internal/backoff: everything points at the core"},
		},
		"the core speaks HTTP": {
			map[string]string{"syncer/engine.go": "net/http"},
			[]string{"./syncer imports net/http: the core knows no HTTP"},
		},
		"the core speaks SQL": {
			map[string]string{"syncer/state.go": "database/sql"},
			[]string{"./syncer imports database/sql: the core knows no HTTP and no SQL"},
		},
		"the core imports a foreign module": {
			map[string]string{"syncer/engine.go": "golang.org/x/text/cases github.com/google/uuid"},
			[]string{"syncer/engine.go:3: ./syncer imports github.com/google/uuid: everything points at the core"},
		},
		"a module's name begins like one that is allowed": {
			map[string]string{"syncer/engine.go": "golang.org/x/textual"},
			[]string{"./syncer imports golang.org/x/textual: everything"},
		},
		"a suite imports an assertion library": {
			map[string]string{"syncer/syncertest/suite.go": "github.com/stretchr/testify/require"},
			[]string{"./syncer/syncertest imports github.com/stretchr/testify/require: connector authors run"},
		},
		"a suite imports a store instead of taking a factory": {
			map[string]string{"syncer/syncertest/suite.go": "./storage/memory"},
			[]string{"./syncer/syncertest imports ./storage/memory: connector authors run"},
		},
		"a suite needs a network or a database": {
			map[string]string{"syncer/syncertest/suite.go": "net/http database/sql"},
			[]string{
				"./syncer/syncertest imports net/http: the suites run in memory",
				"./syncer/syncertest imports database/sql: the suites run in memory",
			},
		},
		"a helper of the core does what the core must not": {
			map[string]string{"syncer/internal/heap/heap.go": "net database/sql ./policy"},
			[]string{
				"./syncer/internal/heap imports net: helpers of the core know no HTTP",
				"./syncer/internal/heap imports database/sql: helpers of the core know no HTTP",
				"./syncer/internal/heap imports ./policy: helpers of the core may use no more",
			},
		},
		"the tools of connectors import a store": {
			map[string]string{"syncer/connect/token.go": "./storage/sqlite"},
			[]string{"./syncer/connect imports ./storage/sqlite: every connector uses"},
		},
		"a policy imports the store it counts in": {
			map[string]string{"policy/limit.go": "./storage/memory"},
			[]string{"./policy imports ./storage/memory: a policy decides on facts"},
		},
		"a policy knows a brand": {
			map[string]string{"policy/names.go": "./box ./procore"},
			[]string{
				"./policy imports ./box: a policy that knows a brand",
				"./policy imports ./procore: a policy that knows a brand",
			},
		},
		"a policy calls out": {
			map[string]string{"policy/approve.go": "net/http database/sql"},
			[]string{
				"./policy imports net/http: a policy decides within planning",
				"./policy imports database/sql: a policy decides within planning",
			},
		},
		"mapping asks a connector": {
			map[string]string{"mapping/link.go": "./procore ./box"},
			[]string{
				"./mapping imports ./procore: mapping works on the words",
				"./mapping imports ./box: mapping works on the words",
			},
		},
		"a store knows what it stores": {
			map[string]string{
				"storage/memory/store.go":   "./procore ./box",
				"storage/postgres/store.go": "./procore ./box",
				"storage/sqlite/store.go":   "./procore ./box",
			},
			[]string{
				"./storage/memory imports ./procore: a store keeps what any connector yields",
				"./storage/memory imports ./box: a store keeps what any connector yields",
				"./storage/postgres imports ./procore: a store keeps what any connector yields",
				"./storage/postgres imports ./box: a store keeps what any connector yields",
				"./storage/sqlite imports ./procore: a store keeps what any connector yields",
				"./storage/sqlite imports ./box: a store keeps what any connector yields",
			},
		},
		"a store brings the driver of another": {
			map[string]string{"storage/sqlite/store.go": "modernc.org/sqlite github.com/jackc/pgx/v5"},
			[]string{"./storage/sqlite imports github.com/jackc/pgx/v5: a store implements the contracts"},
		},
		"what stores share brings a driver": {
			map[string]string{"storage/internal/rows/rows.go": "modernc.org/sqlite"},
			[]string{"./storage/internal/rows imports modernc.org/sqlite: what stores share"},
		},
		"a store imports another": {
			map[string]string{"storage/memory/store.go": "./storage/sqlite"},
			[]string{"./storage/memory imports ./storage/sqlite: a store implements the contracts"},
		},
		"a store in a module of its own imports a policy": {
			map[string]string{
				"storage/postgres/go.mod":   "module x",
				"storage/postgres/store.go": "./policy",
			},
			[]string{"./storage/postgres imports ./policy: a store implements the contracts"},
		},
		"connectors import each other": {
			map[string]string{"box/client.go": "./procore", "procore/client.go": "./box"},
			[]string{
				"./box imports ./procore: connectors meet in syncer only",
				"./procore imports ./box: connectors meet in syncer only",
			},
		},
		"a connector's test imports the other one's fake": {
			map[string]string{"box/client_test.go": "./procore/procoretest"},
			[]string{"./box imports ./procore/procoretest: connectors meet in syncer only"},
		},
		"a connector does what the program should": {
			map[string]string{
				"box/files.go":     "./policy ./storage/memory ./mapping",
				"procore/files.go": "./policy ./storage/memory ./mapping",
			},
			[]string{
				"./box imports ./policy: connectors give facts",
				"./box imports ./storage/memory: which store is used",
				"./box imports ./mapping: a connector serves one root",
				"./procore imports ./policy: connectors give facts",
				"./procore imports ./storage/memory: which store is used",
				"./procore imports ./mapping: a connector serves one root",
			},
		},
		"a fake imports its client": {
			map[string]string{"box/boxtest/server.go": "./box", "procore/procoretest/server.go": "./procore"},
			[]string{
				"./box/boxtest imports ./box: a fake that shares types",
				"./procore/procoretest imports ./procore: a fake that shares types",
			},
		},
		"a fake imports the core": {
			map[string]string{"box/boxtest/server.go": "./syncer", "procore/procoretest/server.go": "./syncer/connect"},
			[]string{
				"./box/boxtest imports ./syncer: a fake plays the service",
				"./procore/procoretest imports ./syncer/connect: a fake plays the service",
			},
		},
		"a fake imports anything else of the project": {
			map[string]string{"box/boxtest/server.go": "./policy", "procore/procoretest/server.go": "./box/boxtest"},
			[]string{
				"./box/boxtest imports ./policy: a fake service speaks HTTP only",
				"./procore/procoretest imports ./box/boxtest: a fake service speaks HTTP only",
			},
		},
		"a helper knows whom it helps": {
			map[string]string{"internal/backoff/plan.go": "./syncer"},
			[]string{"./internal/backoff imports ./syncer: a helper must not know"},
		},
		"the root package does something": {
			map[string]string{"doc.go": "package procorebox\nimport _ \"" + module + "/syncer\""},
			[]string{"doc.go:2: . imports ./syncer: the root package holds only"},
		},
		"the library imports an example": {
			map[string]string{"mapping/link.go": "./examples/procorebox"},
			[]string{"./mapping imports ./examples/procorebox: mapping yields pairs"},
		},
		"the quickstart needs what a reader cannot import": {
			map[string]string{"examples/quickstart/main.go": "./internal/backoff"},
			[]string{"./examples/quickstart imports ./internal/backoff: it is out of reach"},
		},
		"the quickstart needs another module": {
			map[string]string{"examples/quickstart/main.go": "github.com/spf13/cobra"},
			[]string{"./examples/quickstart imports github.com/spf13/cobra: the first program"},
		},
		"the example connector leans on another, or on what its reader cannot import": {
			map[string]string{"examples/localdir/tree.go": "./box ./procore ./internal/backoff"},
			[]string{
				"./examples/localdir imports ./box: a connector stands alone",
				"./examples/localdir imports ./procore: a connector stands alone",
				"./examples/localdir imports ./internal/backoff: it is out of reach",
			},
		},
		"a package stands nowhere on the map": {
			map[string]string{"util/strings.go": ""},
			[]string{"util/strings.go:1: ./util has no place in the map"},
		},
		"a connector brings a framework": {
			map[string]string{"box/client.go": "./syncer github.com/gin-gonic/gin", "procore/client.go": "github.com/spf13/cobra"},
			[]string{
				"./box imports github.com/gin-gonic/gin: a program with one connector",
				"./procore imports github.com/spf13/cobra: a program with one connector",
			},
		},
		"a package that is no test helper imports testing": {
			map[string]string{"policy/check.go": "testing/fstest"},
			[]string{"./policy imports testing/fstest: only tests and packages whose name ends in test"},
		},
		"a package does something when it is imported": {
			map[string]string{"box/client.go": "package box\n\nfunc init() {}"},
			[]string{"box/client.go:3: ./box has an init function"},
		},
		"an example does something before main": {
			map[string]string{"examples/procorebox/main.go": "package main\nfunc init() {}\nfunc main() {}"},
			[]string{"./examples/procorebox has an init function"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			requireEach(t, c.want, checkTree(t, c.files))
		})
	}
}

func TestAnInternalTypeInAnExportedSignatureIsCaught(t *testing.T) {
	for name, text := range map[string]string{
		"as a parameter":                     `func New(p backoff.Plan) {}`,
		"as a result":                        `func New() (*backoff.Plan, error) { return nil, nil }`,
		"in a method":                        `type C struct{}; func (c *C) Wait(p ...backoff.Plan) {}`,
		"in a method of a generic type":      `type C[T any] struct{}; func (c *C[T]) Wait(p []backoff.Plan) {}`,
		"in an exported field":               `type C struct { Waits map[string]backoff.Plan }`,
		"as an embedded field":               `type C struct { *backoff.Plan }`,
		"in a field of a field":              `type C struct { In struct { Waits backoff.Plan } }`,
		"in an interface":                    `type C interface { Wait(backoff.Plan) }`,
		"embedded in an interface":           `type C interface { backoff.Plan }`,
		"as a constraint":                    `func New[T backoff.Plan](t T) {}`,
		"as a constraint of a type":          `type C[T backoff.Plan] struct{}`,
		"as a defined type":                  `type C backoff.Plan`,
		"as an alias":                        `type C = backoff.Plan`,
		"as the argument of another type":    `type C struct { Waits atomic.Pointer[backoff.Plan] }`,
		"in a function type":                 `type C func(chan backoff.Plan)`,
		"as the type of a variable":          `var C backoff.Plan`,
		"as a variable's literal":            `var C = &backoff.Plan{}`,
		"as a variable's list":               `var C = []backoff.Plan{{}}`,
		"as what a variable's call may give": `var C = backoff.New()`,
		"in a variable's function":           `var C = func(backoff.Plan) {}`,
		"as a constant":                      `const C = backoff.Limit`,
	} {
		t.Run(name, func(t *testing.T) {
			file := func(imports string, text string) map[string]string {
				return map[string]string{"box/client.go": "package box\nimport (" + imports + ")\n" + text}
			}
			path := `"` + module + `/internal/backoff"`
			want := []string{"box/client.go:3: ./box exports "}
			requireEach(t, want, checkTree(t, file(path, text)))
			requireEach(t, want, checkTree(t, file("wait "+path, strings.ReplaceAll(text, "backoff.", "wait."))))

			here := file(path, text)
			here["box/internal/c.go"] = strings.Replace(here["box/client.go"], "package box", "package internal", 1)
			delete(here, "box/client.go")
			require.Empty(t, checkTree(t, here), "an internal package exports to the project only")
		})
	}
	t.Run("under the name that its package clause gives it", func(t *testing.T) {
		requireEach(t, []string{"./box exports New, which names wait.Plan of ./internal/backoff"}, checkTree(t, map[string]string{
			"box/client.go":         "package box\nimport \"" + module + "/internal/backoff\"\nfunc New(p wait.Plan) {}",
			"internal/backoff/p.go": "package wait",
		}))
	})
	t.Run("without a qualifier", func(t *testing.T) {
		requireEach(t, []string{"imports ./internal/backoff without a qualifier"}, checkTree(t, map[string]string{
			"box/client.go": "package box\nimport . \"" + module + "/internal/backoff\"\nfunc New(p Plan) {}",
		}))
	})
}

func TestADriverThatAnEmbeddingProgramWouldCompileIsCaughtAtAnyDepth(t *testing.T) {
	all, err := read(tree(map[string]string{
		"box/client.go":            "net/http ./syncer ./internal/cache golang.org/x/oauth2",
		"box/client_test.go":       "github.com/jackc/pgx/v5",
		"procore/client.go":        "./syncer",
		"internal/cache/memory.go": "./internal/cache/disk",
		"internal/cache/disk/a.go": "modernc.org/sqlite ./internal/cache",
		"syncer/key.go":            "golang.org/x/text/cases",
	}))
	require.NoError(t, err)
	requireEach(t, []string{
		"embeds ./box compiles modernc.org/sqlite " +
			"(./box > ./internal/cache > ./internal/cache/disk > modernc.org/sqlite)",
	}, compiled(all))
}

func TestASourceThatCannotBeParsedIsAnError(t *testing.T) {
	_, err := read(tree(map[string]string{"box/client.go": "package"}))
	require.ErrorContains(t, err, "parse box/client.go")
}

func TestEveryLayerSaysWhy(t *testing.T) {
	for _, l := range layers {
		if !slices.Contains(l.may, "...") {
			require.NotEmpty(t, l.why, l.of)
		}
		for _, b := range l.never {
			require.NotEmpty(t, b.why, "%s on %s", l.of, b.to)
		}
	}
}

// requireEach holds violations to what each of them must say.
func requireEach(t *testing.T, want, found []string) {
	t.Helper()
	require.Len(t, found, len(want), "\n%s", strings.Join(found, "\n"))
	for i := range want {
		require.Contains(t, found[i], want[i])
	}
}
