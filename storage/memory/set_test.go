package memory

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

func ints(limit int) set[int, int] { return newSet(limit, self[int], cmp.Compare[int]) }

func TestASetHoldsWhatASortedListHolds(t *testing.T) {
	t.Parallel()
	for seed := range uint64(20) {
		r := rand.New(rand.NewPCG(seed, 1))
		s, list := ints(8), []int{}
		for range 3000 {
			value := r.IntN(400)
			at, found := slices.BinarySearch(list, value)
			switch {
			case r.IntN(5) < 3:
				s.put(value)
				if !found {
					list = slices.Insert(list, at, value)
				}
			default:
				s.delete(value)
				if found {
					list = slices.Delete(list, at, at+1)
				}
			}
			require.Equal(t, len(list), s.size)
		}
		require.Equal(t, list, slices.Collect(s.snapshot()), "seed %d", seed)
		for value := range 401 {
			at, found := slices.BinarySearch(list, value)
			require.Equal(t, found, s.get(value) != nil)
			require.Equal(t, slices.Collect(slices.Values(list[at:])), slices.Collect(s.from(value)), "from %d", value)
		}
	}
}

func TestACopyOfASetAndItsOriginalDoNotSeeEachOthersWrites(t *testing.T) {
	t.Parallel()
	for seed := range uint64(20) {
		r := rand.New(rand.NewPCG(seed, 2))
		sets := []set[int, int]{ints(4)}
		wants := []map[int]bool{{}}
		for range 2000 {
			i := r.IntN(len(sets))
			value := r.IntN(60)
			switch {
			case len(sets) < 12 && r.IntN(50) == 0:
				sets = append(sets, sets[i].copy())
				want := map[int]bool{}
				for v := range wants[i] {
					want[v] = true
				}
				wants = append(wants, want)
			case r.IntN(2) == 0:
				sets[i].put(value)
				wants[i][value] = true
			default:
				sets[i].delete(value)
				delete(wants[i], value)
			}
		}
		for i := range sets {
			require.Len(t, wants[i], sets[i].size)
			for v := range sets[i].snapshot() {
				require.True(t, wants[i][v], "seed %d, set %d, value %d", seed, i, v)
			}
		}
	}
}

func TestValuesThatComeInOrderFillTheirRuns(t *testing.T) {
	t.Parallel()
	s := ints(64)
	for i := range 64 * 100 {
		s.put(i)
	}
	require.Len(t, s.runs, 100)
}

func TestASetThatIsEmptiedKeepsNoRuns(t *testing.T) {
	t.Parallel()
	s := ints(8)
	for i := range 1000 {
		s.put(i)
	}
	for i := range 1000 {
		if i%50 != 0 {
			s.delete(i)
		}
	}
	require.LessOrEqual(t, len(s.runs), 20)
	for i := range 1000 {
		s.delete(i)
	}
	require.Empty(t, s.runs)
	require.Zero(t, s.size)
}
