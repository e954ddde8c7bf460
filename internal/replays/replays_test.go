package replays_test

import (
	"context"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/internal/replays"
)

func begin(t *testing.T, m *replays.Memory, message byte) bool {
	t.Helper()
	fresh, err := m.Begin(t.Context(), replays.Message{message})
	require.NoError(t, err)
	return fresh
}

func TestAMessageIsTakenOnceUnlessItWasNotTaken(t *testing.T) {
	m := replays.New(2)
	require.True(t, begin(t, m, 1))
	m.End(replays.Message{1}, false)
	require.True(t, begin(t, m, 1), "what was not taken comes again")
	m.End(replays.Message{1}, true)
	require.False(t, begin(t, m, 1))
}

func TestTheOldestMessageIsForgottenFirst(t *testing.T) {
	for _, size := range []int{0, 1, 3} {
		m := replays.New(size)
		for message := range byte(5) {
			require.True(t, begin(t, m, message))
			m.End(replays.Message{message}, true)
		}
		for i := range max(size, 1) {
			require.False(t, begin(t, m, byte(4-i)))
		}
		require.True(t, begin(t, m, byte(4-max(size, 1))))
	}
}

func TestWhoComesMeanwhileWaitsForTheEnd(t *testing.T) {
	for _, taken := range []bool{true, false} {
		synctest.Test(t, func(t *testing.T) {
			m := replays.New(1)
			require.True(t, begin(t, m, 1))
			ctx, cancel := context.WithCancel(t.Context())
			fresh, lost := make(chan bool), make(chan error)
			go func() {
				again, err := m.Begin(t.Context(), replays.Message{1})
				fresh <- again && err == nil
			}()
			go func() {
				_, err := m.Begin(ctx, replays.Message{1})
				lost <- err
			}()
			synctest.Wait()
			cancel()
			require.ErrorIs(t, <-lost, context.Canceled)
			m.End(replays.Message{1}, taken)
			require.Equal(t, !taken, <-fresh)
		})
	}
}
