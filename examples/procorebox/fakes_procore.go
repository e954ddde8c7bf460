package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"strconv"

	"github.com/procorebox/procorebox/examples/internal/site"
	"github.com/procorebox/procorebox/examples/internal/stage"
	"github.com/procorebox/procorebox/procore/procoretest"
)

// fakeProcore has one company with one project: the demo's, or a directory.
func fakeProcore(addr, tree string, o procoretest.Options) fakeService {
	return func(ctx context.Context) (io.Closer, map[string]string, error) {
		play := stage.New(site.New(site.Options{}))
		if tree == "" {
			o = play.Options(o)
		}
		server, err := procoretest.Start(ctx, addr, o)
		if err != nil {
			return nil, nil, err
		}
		if err := furnish(server, play, tree); err != nil { //nolint:contextcheck // what people do there is no call
			return nil, nil, errors.Join(err, server.Close())
		}
		return server, procoreSettings(server), nil //nolint:contextcheck // the same
	}
}

func procoreSettings(server *procoretest.Server) map[string]string {
	urls := server.URLs()
	id, secret := server.Client()
	project := server.Project()
	ann := server.AddUser("Ann Baker", "ann@builder.example")
	server.PermitAllProjects(ann.User)
	return map[string]string{
		"ANN_TOKEN":    server.TokenFor(ann.User, 0),
		"PROCORE_BASE": urls.API, "PROCORE_LOGIN_BASE": urls.Login, "PROCORE_TOKEN": server.Token(),
		"PROCORE_COMPANY_ID": strconv.FormatInt(project.CompanyID, 10),
		"PROCORE_PROJECT_ID": strconv.FormatInt(project.ID, 10),
		"PROCORE_CLIENT_ID":  id, "PROCORE_CLIENT_SECRET": secret, "PROCORE_REFRESH_TOKEN": server.RefreshToken(),
	}
}

// furnish puts into the project what a directory holds, or what a construction project does.
func furnish(server *procoretest.Server, play stage.Play, tree string) error {
	if tree == "" {
		return play.Furnish(server.Procore)
	}
	if err := plant(server.Home(), server.Project().RootID, os.DirFS(tree)); err != nil {
		return fmt.Errorf("read %s into the fake procore: %w", tree, err)
	}
	return nil
}

// plant makes a folder hold what a directory does. What is neither a file nor a directory is an error.
func plant(who *procoretest.Person, root int64, tree fs.FS) error {
	folders := map[string]int64{".": root}
	return fs.WalkDir(tree, ".", func(name string, d fs.DirEntry, err error) error {
		parent := folders[path.Dir(name)]
		switch {
		case err != nil || name == ".":
			return err
		case d.IsDir():
			made, err := who.CreateFolder(parent, d.Name())
			folders[name] = made.ID
			return err
		case !d.Type().IsRegular():
			return fmt.Errorf("%s is neither a file nor a directory", name)
		}
		content, err := tree.Open(name)
		if err != nil {
			return err
		}
		_, err = who.UploadFrom(parent, d.Name(), content)
		return errors.Join(err, content.Close())
	})
}
