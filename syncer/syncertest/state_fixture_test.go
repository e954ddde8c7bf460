package syncertest

import (
	"reflect"
	"testing"

	"github.com/stretchr/testify/require"
)

// A field that a fixture leaves empty is one that a store could lose unnoticed.
func TestFixturesOfTheStoreSuiteFillEveryField(t *testing.T) {
	t.Parallel()
	// What the store decides, or what would contradict the rest of the fixture.
	except := map[string]bool{
		"Batch.Fresh": true, "Batch.Drop": true, "Batch.Settled": true, "Batch.Expire": true, "Batch.Taken": true,
		"Batch.Cleared": true, "Batch.Lifted": true, "Batch.Unseen": true, "Outcome.Position": true, "Hold.Decision": true,
		"Tombstone.Replaced": true, "Batch.Faded": true, "Clash.Chosen": true, "Clash.Choice": true, "Clash.Settled": true, "Hint.Full": true, "Record.ParentID": true,
	}
	var visit func(path string, v reflect.Value)
	visit = func(path string, v reflect.Value) {
		if v.Kind() == reflect.Pointer {
			v = v.Elem()
		}
		if v.Kind() != reflect.Struct || v.Type().PkgPath() == "time" {
			return
		}
		for i := range v.NumField() {
			name := v.Type().Name() + "." + v.Type().Field(i).Name
			if except[name] {
				continue
			}
			require.False(t, v.Field(i).IsZero(), "%s: %s is empty", path, name)
			visit(path+"."+v.Type().Field(i).Name, v.Field(i))
		}
	}
	for name, v := range map[string]any{
		"record": aRecord(2, 1, "x"), "intent": anIntent("i", someDay), "header": aHeader(), "tombstone": aTombstone(1, "x", someDay),
		"hold": aHold("h", someDay), "clash": aClash("c", someDay), "outcome": anOutcome("o"), "hint": aHint("x"), "batch": aFullBatch(),
	} {
		visit(name, reflect.ValueOf(v))
	}
}

func TestEqualityOfTheStoreSuiteSeesEveryDifferenceThatCounts(t *testing.T) {
	t.Parallel()
	same := func(a, b any) bool { return alike(reflect.ValueOf(a), reflect.ValueOf(b)) }
	require.True(t, same(aRecord(2, 1, "x"), aRecord(2, 1, "x")))
	facts := aRecord(2, 1, "x")
	facts.Source.Facts.Link = "other"
	require.False(t, same(facts, aRecord(2, 1, "x")))
	facts.Source.Facts = nil
	require.False(t, same(facts, aRecord(2, 1, "x")))
	local, none := aHint("x"), aHint("x")
	local.At = local.At.Local()
	require.True(t, same(local, aHint("x")), "one instant in two zones")
	none.Within = nil
	require.False(t, same(none, aHint("x")))
	require.True(t, same([]int{}, []int(nil)))
	require.False(t, same([]int{1}, []int{1, 2}))
	require.False(t, same(1, "1"))
}
