package office

import (
	"context"
	"fmt"
	"strings"

	"github.com/procorebox/procorebox/box"
	"github.com/procorebox/procorebox/syncer/connect"
)

// house is the lane of calls that belong to no pair: a person who waits for a list.
const house = "house"

// Box is the connection to Box: one credential, one Governor, and a client for each lane.
type Box struct {
	office   *Office
	tokens   connect.Tokens
	governor *connect.Governor
	user     *box.User
	// Client makes the calls of the house.
	Client *box.Client
	// Files is the account, for looking into it.
	Files *box.FileSystem
}

// Box returns the connection to Box. If nobody is connected the error wraps ErrNotConnected. It makes
// one call the first time, to learn whose account it is.
func (o *Office) Box(ctx context.Context) (*Box, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.box != nil {
		return o.box, nil
	}
	if err := o.boxTrouble.recent(); err != nil {
		return nil, err
	}
	b := &Box{office: o}
	var err error
	if b.tokens, err = o.boxTokens(ctx); err != nil {
		return nil, err
	}
	if b.governor, err = o.governor(BoxService, box.Windows(), box.Readings); err != nil {
		return nil, err
	}
	if b.Client, err = b.client(house); err != nil {
		return nil, err
	}
	if b.user, err = b.Client.GetUsersMe(ctx); err != nil {
		err = fmt.Errorf("ask Box whose account it is: %w", err)
		o.boxTrouble.note(ctx, err)
		return nil, err
	}
	if b.Files, err = box.NewFileSystem(ctx, b.Client, &box.FileSystemOptions{User: b.user}); err != nil {
		return nil, err
	}
	o.box = b
	return b, nil
}

func (o *Office) boxTokens(ctx context.Context) (connect.Tokens, error) {
	s := o.settings.Box
	return o.tokens(ctx, BoxService, login{boxOrigin(s.Bases), s.Token, o.boxRefresh})
}

// boxOrigin is where tokens come from.
func boxOrigin(b box.Bases) string {
	if b.Login == "" {
		return "https://account.box.com"
	}
	return b.Login
}

// lane returns the account as one pair uses it.
func (b *Box) lane(ctx context.Context, pair string) (*box.FileSystem, *connect.Lane, error) {
	client, err := b.client(pair)
	if err != nil {
		return nil, nil, err
	}
	files, err := box.NewFileSystem(ctx, client, &box.FileSystemOptions{User: b.user})
	if err != nil {
		return nil, nil, err
	}
	return files, b.governor.Lane(pair), nil
}

func (b *Box) client(name string) (*box.Client, error) {
	set := box.Options{
		Bases: b.office.settings.Box.Bases, Tokens: b.tokens, HTTP: b.office.carrier(BoxService),
		Pace: metered{b.governor.Lane(name), &b.office.boxCalls, b.office.lanes.of(BoxService, name), BoxService, b.office.traffic}, Log: b.office.log, SessionDir: b.office.uploads(),
	}
	if name == house {
		set.Attempts = handful
	}
	return box.New(set)
}

// Account names whose account it is.
func (b *Box) Account() string { return b.user.Name + " <" + b.user.Login + ">" }

// Link is where a person opens an item of Box, by the ID that the FileSystem gives it.
func (b *Box) Link(id string) string {
	host := "https://app.box.com"
	if b.user.Hostname != "" {
		host = strings.TrimSuffix(b.user.Hostname, "/")
	}
	if n, ok := strings.CutPrefix(id, "f"); ok {
		return host + "/file/" + n
	}
	return host + "/folder/" + id
}
