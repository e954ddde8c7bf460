package box

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
)

// WebhookSet says which webhooks there shall be: one for each root, with everything below it.
//
// Box has no room in a webhook for a word about whose it is, except in its address. So the address of
// each is Address, the namespace and the root: https://hook.example/box/procorebox-NAME/987. A webhook
// is one of the set if its address ends like that, with the number of its own target, wherever it
// leads. Whatever else the app has is never touched.
type WebhookSet struct {
	// Namespace is a word for this installation, in ASCII letters, digits, "-" and "_". It must not
	// change, and no other installation with the same app and user may use it.
	Namespace string
	// Address is where Box reaches this installation: https on port 443, a path if need be, no query.
	// A Receiver stands there and at what is below.
	Address string
	// Roots are the numbers of folders. The top folder "0" cannot have a webhook.
	Roots []string
	// Triggers are what the webhooks wait for; nil means SyncTriggers.
	Triggers []string
}

// SyncTriggers returns the triggers that tell of what is synced, and of the end of the webhook.
func SyncTriggers() []string {
	return []string{
		TriggerFileUploaded, TriggerFileMoved, TriggerFileRenamed, TriggerFileCopied, TriggerFileTrashed,
		TriggerFileDeleted, TriggerFileRestored, TriggerFileLocked, TriggerFileUnlocked,
		TriggerFolderCreated, TriggerFolderMoved, TriggerFolderRenamed, TriggerFolderCopied, TriggerFolderTrashed,
		TriggerFolderDeleted, TriggerFolderRestored, TriggerWebhookDeleted,
	}
}

// WebhookChanges is what ReconcileWebhooks has done.
type WebhookChanges struct {
	Made    []Webhook
	Mended  []Webhook // as they are now
	Removed []Webhook // as they were
	Kept    []Webhook // those that were right
}

// ReconcileWebhooks makes the webhooks of a set what they shall be: it removes those of the set that
// are not wanted any more, mends those with another address or other triggers, and makes those that are
// missing. It costs a call for each page of webhooks, one for each webhook, and one for each change;
// doing it again changes nothing. Box removes webhooks of its own accord, so do it now and then.
//
// What cannot be done for one root does not keep the others from being served: all errors are joined,
// and what was done is returned with them. A root whose one webhook is not of the set is an error that
// wraps fs.ErrExist. An error that wraps syncer.ErrInvalid names the field that makes no sense, and
// nothing was done then; nor was it if the webhooks could not be read.
func (c *Client) ReconcileWebhooks(ctx context.Context, s WebhookSet) (*WebhookChanges, error) {
	if err := s.check(); err != nil {
		return nil, err
	}
	if len(s.Triggers) == 0 {
		s.Triggers = SyncTriggers()
	}
	ours, err := c.webhooksOf(ctx, &s)
	if err != nil {
		return nil, err
	}
	done := new(WebhookChanges)
	errs := c.removeUnwanted(ctx, &s, ours, done) // first, since Box has room for 1000 only
	served := map[string]bool{}
	for _, root := range s.Roots {
		if served[root] {
			continue
		}
		served[root] = true
		if err := ctx.Err(); err != nil {
			return done, errors.Join(append(errs, err)...)
		}
		if err := c.serveRoot(ctx, &s, root, ours, done); err != nil {
			errs = append(errs, fmt.Errorf("webhook of folder %s: %w", root, err))
		}
	}
	return done, errors.Join(errs...)
}

// check names the field that makes no sense.
func (s *WebhookSet) check() error {
	if s.Namespace == "" || strings.ContainsFunc(s.Namespace, func(r rune) bool {
		return !strings.ContainsRune("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_", r)
	}) {
		return invalid("WebhookSet.Namespace %q is not a word of letters, digits, - and _", s.Namespace)
	}
	u, err := url.Parse(s.Address)
	switch {
	case err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http":
		return invalid("WebhookSet.Address is no URL of the web") // it may hold a password: it is not shown
	case u.User != nil || u.RawQuery != "" || u.ForceQuery || u.Fragment != "":
		return invalid("WebhookSet.Address has more than a host and a path")
	}
	for _, root := range s.Roots {
		if err := checkID("WebhookSet.Roots: folder", root); err != nil {
			return err
		}
		if root == RootID {
			return invalid("WebhookSet.Roots: the top folder cannot have a webhook, poll its events")
		}
	}
	return nil
}

// tail is how the addresses of the webhooks of the set end.
func (s *WebhookSet) tail(root string) string { return "/procorebox-" + s.Namespace + "/" + root }

func (s *WebhookSet) address(root string) string {
	return strings.TrimRight(s.Address, "/") + s.tail(root)
}

// has reports whether a webhook of a folder is one of the set.
func (s *WebhookSet) has(hook *Webhook) bool {
	u, err := url.Parse(hook.Address)
	return err == nil && strings.HasSuffix(u.Path, s.tail(hook.Target.ID))
}

// right reports whether a webhook of the set is as it shall be.
func (s *WebhookSet) right(hook *Webhook) bool {
	return hook.Address == s.address(hook.Target.ID) &&
		slices.Equal(unique(hook.Triggers), unique(s.Triggers))
}

func unique(list []string) []string { return slices.Compact(slices.Sorted(slices.Values(list))) }

// webhooksOf reads all webhooks and returns those of the set. Listings do not tell addresses.
func (c *Client) webhooksOf(ctx context.Context, s *WebhookSet) ([]Webhook, error) {
	var ours []Webhook
	for mini, err := range c.GetWebhooks(ctx) {
		if err != nil {
			return nil, err
		}
		if mini.Target.Type != TypeFolder {
			continue
		}
		hook, err := c.GetWebhooksID(ctx, mini.ID)
		switch {
		case lost(err): // it went while they were listed
		case err != nil:
			return nil, err
		case s.has(hook):
			ours = append(ours, *hook)
		}
	}
	return ours, nil
}

func (c *Client) removeUnwanted(ctx context.Context, s *WebhookSet, ours []Webhook, done *WebhookChanges) (errs []error) {
	for _, hook := range ours {
		if slices.Contains(s.Roots, hook.Target.ID) {
			continue
		}
		if err := ctx.Err(); err != nil {
			return errs // the caller says so
		}
		if err := c.DeleteWebhooksID(ctx, hook.ID); err != nil && !lost(err) {
			errs = append(errs, err)
			continue
		}
		done.Removed = append(done.Removed, hook)
	}
	return errs
}

// serveRoot sees to the one webhook that a root has.
func (c *Client) serveRoot(ctx context.Context, s *WebhookSet, root string, ours []Webhook, done *WebhookChanges) error {
	i := slices.IndexFunc(ours, func(hook Webhook) bool { return hook.Target.ID == root })
	if i >= 0 && s.right(&ours[i]) {
		done.Kept = append(done.Kept, ours[i])
		return nil
	}
	if i >= 0 {
		hook, err := c.PutWebhooksID(ctx, ours[i].ID, s.address(root), unique(s.Triggers))
		if err == nil {
			done.Mended = append(done.Mended, *hook)
		}
		if !lost(err) {
			return err
		}
	}
	hook, err := c.PostWebhooks(ctx, TypeFolder, root, s.address(root), unique(s.Triggers))
	if err != nil {
		return err
	}
	done.Made = append(done.Made, *hook)
	return nil
}
