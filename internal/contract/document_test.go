package contract

import (
	"bytes"
	"compress/gzip"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/gorillamux"
	"github.com/stretchr/testify/require"
)

// document is a description of a service's interface, and who answers which request.
type document struct {
	*openapi3.T
	router  routers.Router
	base    string            // that most operations are below
	servers map[string]string // of operations that have one of their own, by operation ID
}

// anywhere is the origin under which all operations are looked up. Where they really are is checked
// apart.
const anywhere = "http://contract.example"

// load reads the document that an environment variable names, or the one in its usual place. Without
// one the test is skipped, and says so.
func load(t *testing.T, variable, usual string) *document {
	t.Helper()
	name := os.Getenv(variable)
	if name == "" {
		name = filepath.Join("..", "..", filepath.FromSlash(usual))
	}
	data, err := os.ReadFile(name)
	if os.IsNotExist(err) {
		t.Skipf("there is no %s: name the OpenAPI document of the service in %s", name, variable)
	}
	require.NoError(t, err)
	if strings.HasSuffix(name, ".gz") {
		packed, err := gzip.NewReader(bytes.NewReader(data))
		require.NoError(t, err)
		data, err = io.ReadAll(packed)
		require.NoError(t, err)
	}
	return parse(t, data)
}

// parse makes a document of its text.
func parse(t *testing.T, data []byte) *document {
	t.Helper()
	doc, err := openapi3.NewLoader().LoadFromData(data)
	require.NoError(t, err)
	d := &document{T: doc, servers: map[string]string{}}
	if len(doc.Servers) > 0 {
		d.base = doc.Servers[0].URL
	}
	d.flatten()
	// Some examples in the documents are wrong, and so are some defaults.
	require.NoError(t, doc.Validate(t.Context(), openapi3.DisableExamplesValidation(), openapi3.DisableSchemaDefaultsValidation()))
	d.router, err = gorillamux.NewRouter(doc)
	require.NoError(t, err)
	return d
}

// flatten puts all operations under one server, and takes those out that only repeat another one
// under a path with a fragment, as well as parameters that are named twice.
func (d *document) flatten() {
	for path, item := range d.Paths.Map() {
		if strings.Contains(path, "#") {
			d.Paths.Delete(path)
			continue
		}
		for _, op := range item.Operations() {
			if op.Servers != nil && len(*op.Servers) > 0 {
				d.servers[op.OperationID] = (*op.Servers)[0].URL
			}
			op.Servers = nil
			var once openapi3.Parameters
			for _, p := range op.Parameters {
				if p.Value == nil || once.GetByInAndName(p.Value.In, p.Value.Name) == nil {
					once = append(once, p)
				}
			}
			op.Parameters = once
		}
	}
	d.Servers = openapi3.Servers{{URL: anywhere}}
}

// operations lists the IDs of all operations.
func (d *document) operations() map[string]bool {
	all := map[string]bool{}
	for _, item := range d.Paths.Map() {
		for _, op := range item.Operations() {
			all[op.OperationID] = true
		}
	}
	return all
}
