// Package mutation checks the tests: it puts one plausible mistake after the other into the planner,
// the engine, a policy or a store, and demands that the tests find each of them.
//
// It is all test. The mistakes are the tables in the files named after what they are made in
// (observe_test.go, decide_test.go, place_test.go, apply_test.go, agree_test.go, settle_test.go,
// remember_test.go, link_test.go); each names the text that it replaces, why somebody could write it, and the tests
// that catch it. No file of the project is touched: the changed one reaches the compiler through go
// build's -overlay.
//
// The ordinary test run makes sure that every text to be replaced is still there, exactly once, and
// that the tests are. When one is not, the code has changed: look for where the mistake would be made
// now. Carrying the mistakes out takes minutes, since each is compiled, so it asks for a flag:
//
//	go test ./internal/mutation -mutants -timeout 30m -v
//	go test ./internal/mutation -mutants -run 'TestEachMistakeIsCaught/no_Intent'
//
// For each mistake the named tests are run without it and must pass, then with it and must fail. A
// mistake that does not compile is an error, and so is one that survives: either a test is missing,
// or something else in the engine makes up for it, and then it is no mistake. With -v the output says
// which test caught each.
package mutation
