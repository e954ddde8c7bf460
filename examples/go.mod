module github.com/procorebox/procorebox/examples

go 1.26.0

require (
	github.com/procorebox/procorebox v0.0.0
	github.com/stretchr/testify v1.12.1
	golang.org/x/sys v0.49.0
)

require (
	go.yaml.in/yaml/v3 v3.0.5 // indirect
	golang.org/x/sync v0.24.0 // indirect
	golang.org/x/text v0.43.0 // indirect
)

// The examples live beside the library and are built against it as it is here.
replace github.com/procorebox/procorebox => ..
