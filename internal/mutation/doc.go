// Package mutation checks the tests: it puts one plausible mistake after the other into the planner,
// the engine, a policy or a store, and demands that the tests find each of them.
//
// It is all test. The mistakes are the tables in the files named after what they are made in
// (observe_test.go, decide_test.go, place_test.go, apply_test.go, settle_test.go, remember_test.go);
// each names the text that it replaces, why somebody could write it, and the tests that catch it. No
// file of the project is touched: the changed one reaches the compiler through go build's -overlay.
//
// The ordinary test run makes sure that every text to be replaced is still there, exactly once, and
// that the tests are. When one is not, the code has changed: look for where the mistake would be made
// now. Carrying the mistakes out takes some minutes, so it asks for a flag:
//
//	go test ./internal/mutation -mutants -timeout 30m -v
//	go test ./internal/mutation -mutants -run 'TestEachMistakeIsCaught/no_Intent'
//
// For each mistake the named tests are run without it and must pass, then with it and must fail. A
// mistake that does not compile is an error, and so is one that survives: then the whole of
// ./syncer/... is run, and the report says which other test would have caught it, if any does. With
// -v it says of each mistake which test caught it.
package mutation
