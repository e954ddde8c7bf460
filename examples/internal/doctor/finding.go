package doctor

import (
	"fmt"
	"slices"
)

// Result is how a check ended.
type Result string

// The results.
const (
	OK      Result = "ok"
	Warning Result = "warning" // it works, and somebody should know
	Failure Result = "failure" // something is not done because of it
)

// Finding is what came of one check.
type Finding struct {
	About  string `json:"about"`
	Result Result `json:"result"`
	// Found is what is so. Of what is missing it says what that costs.
	Found string `json:"found"`
	// Do is what a person can do about it.
	Do string `json:"do,omitempty"`
}

// Healthy reports whether nothing failed.
func Healthy(all []Finding) bool {
	return !slices.ContainsFunc(all, func(f Finding) bool { return f.Result == Failure })
}

func fine(about, found string, args ...any) Finding {
	return Finding{About: about, Result: OK, Found: fmt.Sprintf(found, args...)}
}

func warn(about, do, found string, args ...any) Finding {
	return Finding{About: about, Result: Warning, Found: fmt.Sprintf(found, args...), Do: do}
}

func fail(about, do, found string, args ...any) Finding {
	return Finding{About: about, Result: Failure, Found: fmt.Sprintf(found, args...), Do: do}
}
