package office

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/procorebox/procorebox/mapping"
	"github.com/procorebox/procorebox/syncer"
	"github.com/procorebox/procorebox/syncer/connect"
)

// keptHooks are the webhooks that the services may have of ours.
type keptHooks struct {
	// Namespace tells ours from those of other installations, for ever.
	Namespace string `json:"namespace"`
	// Address is where they led last, empty if there were none yet.
	Address string `json:"address,omitempty"`
	// Procore says where Procore has one, Box in which folders Box does.
	Procore []hookPlace `json:"procore,omitempty"`
	Box     []string    `json:"box,omitempty"`
}

// hookPlace is a project, or a company if Project is empty.
type hookPlace struct {
	Company string `json:"company"`
	Project string `json:"project,omitempty"`
}

func (p hookPlace) String() string {
	if p.Project == "" {
		return "company " + p.Company
	}
	return "project " + p.Project
}

// none reports whether the services have none.
func (k keptHooks) none() bool { return len(k.Procore)+len(k.Box) == 0 }

// HooksAt is what the webhooks of a Link are to be, as far as "watch" has made any.
type HooksAt struct {
	// Namespace is that of ours at Procore.
	Namespace string
	// Procore and Box are the addresses that they call; empty where there shall be none. That of Box goes on
	// with the namespace and the number of the folder.
	Procore, Box string
}

// HooksAt returns what the webhooks of a Link are to be. Nobody is called, and nothing is written.
func (o *Office) HooksAt(ctx context.Context, l mapping.Link) (at HooksAt, err error) {
	found, err := o.file.Notes.Read(ctx, hookNote)
	if err != nil || found[hookNote] == nil {
		return at, err
	}
	var kept keptHooks
	if err := json.Unmarshal(found[hookNote], &kept); err != nil {
		return at, fmt.Errorf("note of the webhooks: %w", syncer.ErrDamaged)
	}
	at.Namespace = kept.Namespace
	if slices.Contains(kept.Procore, hookPlace{l.Company, l.Project}) {
		at.Procore = kept.Address + "/" + procoreDoor + "/" + l.Company
	}
	if slices.Contains(kept.Box, l.Folder) {
		at.Box = kept.Address + "/" + boxDoor
	}
	return at, nil
}

// installation begins each namespace. At Box package box puts it there.
const installation = "procorebox-"

// hookNote is the name of the note, hookCredential that of the secret.
const hookNote, hookCredential = "webhooks", "webhooks"

// keptHooks reads what was noted, and begins the note if there is none.
func (o *Office) keptHooks(ctx context.Context) (keptHooks, error) {
	return o.changeHooks(ctx, func(*keptHooks) {})
}

// changeHooks changes the note, beside other processes, and returns what it is then.
func (o *Office) changeHooks(ctx context.Context, change func(*keptHooks)) (keptHooks, error) {
	var kept keptHooks
	err := o.file.Notes.Change(ctx, hookNote, func(now map[string][]byte) (map[string][]byte, error) {
		if text := now[hookNote]; text != nil {
			if err := json.Unmarshal(text, &kept); err != nil {
				return nil, fmt.Errorf("note of the webhooks: %w", syncer.ErrDamaged)
			}
		}
		if kept.Namespace == "" {
			kept.Namespace = installation + strings.ToLower(rand.Text()[:10])
		}
		change(&kept)
		text, err := json.Marshal(kept)
		return map[string][]byte{hookNote: text}, err
	})
	return kept, err
}

// hookProof returns the value of Authorization that Procore sends with each message. It is sealed like a token.
func (o *Office) hookProof(ctx context.Context) (string, error) {
	fresh := connect.Token{Access: "Bearer " + rand.Text() + rand.Text(), Since: time.Now()}
	proof := fresh.Access
	find := func(ctx context.Context, now connect.Token, save connect.SaveToken) error {
		if now.Access != "" {
			proof = now.Access
			return nil
		}
		return save(ctx, fresh)
	}
	err := o.file.Tokens.Update(ctx, hookCredential, find)
	if errors.Is(err, connect.ErrOtherKey) || errors.Is(err, syncer.ErrDamaged) {
		// It is worth nothing to anybody else: the webhooks get a new one.
		if err = o.file.Tokens.Forget(ctx, hookCredential); err == nil {
			err = o.file.Tokens.Update(ctx, hookCredential, find)
		}
	}
	if err != nil {
		return "", fmt.Errorf("secret of the webhooks: %w", err)
	}
	return proof, nil
}

// union adds what is missing in a list.
func union[T comparable](list []T, more ...T) []T {
	for _, one := range more {
		if !slices.Contains(list, one) {
			list = append(list, one)
		}
	}
	return list
}

// without takes something out of a list.
func without[T comparable](list []T, one T) []T {
	return slices.DeleteFunc(slices.Clone(list), func(other T) bool { return other == one })
}
