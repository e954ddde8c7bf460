package connect_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/syncer/connect"
)

func TestPeopleAreCalledByWhatWasToldOfThemLast(t *testing.T) {
	t.Parallel()
	var p connect.People
	require.Empty(t, p.Person("22"))
	for _, c := range []struct{ name, login, want string }{
		{"", "", ""},
		{"", "ann@x.example", "ann@x.example"},
		{"Ann", "", "Ann"},
		{"ann@x.example", "ann@x.example", "ann@x.example"},
		{"Ann", "ann@x.example", "Ann (ann@x.example)"},
		{"", "", "Ann (ann@x.example)"},
		{"Ann Lee", "ann@x.example", "Ann Lee (ann@x.example)"},
	} {
		p.Meet("22", c.name, c.login)
		require.Equal(t, c.want, p.Person("22"))
	}
	p.Meet("", "nobody", "")
	require.Empty(t, p.Person(""))
	require.Empty(t, p.Person("23"))
}
