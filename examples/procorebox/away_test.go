package main

import (
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// lines are those of a text that says something.
func lines(text string) []string { return strings.Split(strings.TrimSpace(text), "\n") }

func TestAProjectThatTheAccountNoLongerSeesPausesAllItsToolsInOneLine(t *testing.T) {
	env, pc, _ := connected(t)
	all := []string{"link", "edit", "tower", "--tools", "documents,photos,rfis,submittals"}
	for _, line := range [][]string{all, {"sync"}} {
		code, _, stderr := run(t, env, line...)
		require.Equal(t, exitSettled, code, stderr)
	}
	user := pc.Home().User
	pc.PermitProjects(user)
	for range 2 {
		code, stdout, stderr := run(t, env, "sync")
		require.Equal(t, exitWaits, code, "%s%s", stdout, stderr)
		require.Empty(t, stderr)
		told := lines(stdout)
		require.Len(t, told, 2)
		require.Regexp(t, `^paused: sync "Documents", "Photos", "RFIs", "Submittals": project [0-9]+ in Procore, or the tool in it, is not visible: `, told[0])
		require.Regexp(t, `^0 writes `, told[1])
	}
	code, stdout, stderr := run(t, env, "plan")
	require.Equal(t, exitWaits, code, stderr)
	require.Equal(t, 4, strings.Count(stdout, "in Procore, or the tool in it, is not visible"))
	code, stdout, stderr = run(t, env, "files", "tower", "Documents")
	require.Equal(t, exitSettled, code, stderr)
	require.Contains(t, stdout, "\npaused: project ")

	pc.PermitAllProjects(user)
	code, stdout, stderr = run(t, env, "sync")
	require.Equal(t, exitSettled, code, stderr)
	require.Regexp(t, `^0 writes `, stdout)
}

func TestACompanyThatIsTakenFromTheAppKeepsNothingFromOtherLinks(t *testing.T) {
	env, pc, _ := connected(t)
	company := pc.AddCompany("Neighbours")
	project := pc.AddProject(company.ID, "Tunnel")
	code, _, stderr := run(t, env, "link", "add", "--name", "tunnel", "--company", strconv.FormatInt(company.ID, 10),
		"--project", strconv.FormatInt(project.ID, 10), "--tools", "documents,photos,rfis,submittals")
	require.Equal(t, exitSettled, code, stderr)
	code, _, stderr = run(t, env, "sync")
	require.Equal(t, exitSettled, code, stderr)

	pc.SetConnected(company.ID, false)
	for i := range 2 {
		_, err := pc.Home().Upload(pc.Project().RootID, strconv.Itoa(i)+".txt", []byte("text"))
		require.NoError(t, err)
		code, stdout, stderr := run(t, env, "sync")
		require.Equal(t, exitFailed, code, stderr)
		require.Regexp(t, `^1 write `, stdout, "what is there is in step")
		require.Regexp(t, `^procorebox: [^\n]*link "tunnel": [^\n]+\n$`, stderr, "one line")
	}
	code, _, stderr = run(t, env, "sync", "tunnel")
	require.Equal(t, exitFailed, code)
	require.Regexp(t, `^procorebox: [^\n]*link "tunnel": [^\n]+\n$`, stderr)
}
