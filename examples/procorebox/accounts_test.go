package main

import (
	"context"
	"maps"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/procorebox/procorebox/box/boxtest"
	"github.com/procorebox/procorebox/procore/procoretest"
)

// accountsInScript is "accounts": it starts both fakes and sets their variables. There is one file in
// Procore. A link "tower" is made and synced, plan.json has a plan and saved.backup a backup. BOX_OTHER is a
// folder that no link has, and ESC the character that terminals take for a command. Beside the
// tokens that are good there are those of
//
//	BOX_VIEWER        somebody who may look into the folder of the link, and not write
//	BOX_STRANGER      somebody who does not see the folder
//	PROCORE_READER    somebody who may read the documents, and not write
//	PROCORE_OUTSIDER  somebody who is in the project and may not see the documents
//	PROCORE_STRANGER  somebody who does not see the project
func accountsInScript(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 0 {
		ts.Fatalf("usage: accounts")
	}
	ctx := context.Background()
	pc, err := procoretest.Start(ctx, "127.0.0.1:0", procoretest.Options{Limits: procoretest.NoLimits})
	ts.Check(err)
	ts.Defer(func() { ts.Check(pc.Close()) })
	bx, err := boxtest.Start(ctx, "127.0.0.1:0", boxtest.Options{Limits: boxtest.NoLimits})
	ts.Check(err)
	ts.Defer(func() { ts.Check(bx.Close()) })
	*ts.Value(faultyKey{}).(*faulty) = faulty{pc, bx}
	_, err = pc.Home().Upload(pc.Project().RootID, "a.txt", []byte("a"))
	ts.Check(err)
	env, err := boxSettings(bx)
	ts.Check(err)
	maps.Copy(env, procoreSettings(pc))
	maps.Copy(env, boxPeople(ts, bx))
	maps.Copy(env, procorePeople(pc))
	env["ESC"] = "\x1b"
	for name, value := range env {
		ts.Setenv(name, value)
	}
	for _, line := range []string{
		"link add --tools documents --name tower", "sync tower", "sync tower", "plan tower --out plan.json", "backup saved.backup",
	} {
		ts.Check(ts.Exec("procorebox", typed(line)...))
	}
}

func boxPeople(ts *testscript.TestScript, bx *boxtest.Server) map[string]string {
	viewer := bx.AddUser("Vera Viewer", "vera@example.com")
	stranger := bx.AddUser("Sam Stranger", "sam@example.com")
	folder, err := bx.Home().Find("procorebox")
	ts.Check(err)
	ts.Check(bx.Home().Collaborate(folder, viewer, "viewer"))
	other, err := bx.Home().CreateFolder("0", "other")
	ts.Check(err)
	return map[string]string{"BOX_OTHER": other.ID, "BOX_VIEWER": bx.TokenFor(viewer.User, 0), "BOX_STRANGER": bx.TokenFor(stranger.User, 0)}
}

func procorePeople(pc *procoretest.Server) map[string]string {
	project := pc.Project().ID
	reader := pc.AddUser("Rita Reader", "rita@example.com")
	pc.Permit(reader.User, project, procoretest.Documents, procoretest.ReadOnly)
	outsider := pc.AddUser("Otto Outsider", "otto@example.com")
	pc.Permit(outsider.User, project, procoretest.Documents, procoretest.NoAccess)
	stranger := pc.AddUser("Stan Stranger", "stan@example.com")
	pc.PermitProjects(stranger.User)
	return map[string]string{
		"PROCORE_READER": pc.TokenFor(reader.User, 0), "PROCORE_OUTSIDER": pc.TokenFor(outsider.User, 0), "PROCORE_STRANGER": pc.TokenFor(stranger.User, 0),
	}
}
