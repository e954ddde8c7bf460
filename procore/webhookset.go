package procore

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"slices"
	"strings"
)

// WebhookSet says which hooks there shall be: one for each project, and one for the company itself if its
// documents are synced.
//
// The namespace says whose a hook is: those of another namespace are never touched, and all of this one
// that are not wanted are removed.
type WebhookSet struct {
	// Namespace is a word for this installation, of a-z, 0-9 and "-". It must not change, and no other
	// installation with the same company may use it.
	Namespace string
	// Address is where Procore reaches this installation: https. A Receiver stands there.
	Address string
	// Authorization is the value that the Receiver expects in that header.
	Authorization string
	// Scopes are where there shall be a hook, Former where there shall be none any more.
	Scopes, Former []Scope
	// Triggers are what the hooks wait for; nil means SyncTriggers of each Scope.
	Triggers []HookTrigger
	// Trust, if not nil, is told what the hooks were found to be. That costs three calls more for each of
	// Scopes.
	Trust *Trust
}

// SyncTriggers returns triggers for all that is synced: Resource and Event only.
func SyncTriggers(in Scope) []HookTrigger {
	resources := []string{
		ResourceProjectFiles, ResourceProjectFileVersions, ResourceProjectFolders, ResourceImages, ResourceImageCategories,
		ResourceRFIs, ResourceRFIReplies, ResourceSubmittals,
	}
	if in.company {
		resources = []string{ResourceCompanyFiles, ResourceCompanyFileVersions, ResourceCompanyFolders}
	}
	var all []HookTrigger
	for _, resource := range resources {
		for _, event := range []string{EventCreate, EventUpdate, EventDelete} {
			all = append(all, HookTrigger{Resource: resource, Event: event})
		}
	}
	return all
}

// WebhookChanges is what ReconcileWebhooks has done.
type WebhookChanges struct {
	Made    []Hook
	Mended  []Hook // as they are now; also those whose triggers were mended only
	Removed []Hook // as they were
	Kept    []Hook // those that were right
}

// ReconcileWebhooks makes the hooks of a set what they shall be, with their triggers. It costs two calls
// for each Scope and one for each change; doing it again changes nothing. Procore pauses a hook that
// nobody answers, so do it now and then.
//
// What cannot be done for one Scope or trigger does not keep the others from being served: all errors are
// joined, and what was done is returned with them. An error that wraps syncer.ErrInvalid names the field that
// makes no sense, and nothing was done then.
func (c *Client) ReconcileWebhooks(ctx context.Context, s WebhookSet) (*WebhookChanges, error) {
	if err := s.check(); err != nil {
		return nil, err
	}
	done := new(WebhookChanges)
	var errs []error
	served := map[Scope]bool{}
	for i, in := range slices.Concat(s.Scopes, s.Former) {
		if served[in] {
			continue
		}
		served[in] = true
		if err := ctx.Err(); err != nil {
			return done, errors.Join(append(errs, err)...)
		}
		if err := c.serveScope(ctx, &s, in, i < len(s.Scopes), done); err != nil {
			s.Trust.doubt(in)
			errs = append(errs, fmt.Errorf("hook of %s: %w", in, err))
		}
	}
	return done, errors.Join(errs...)
}

// check names the field that makes no sense.
func (s *WebhookSet) check() error {
	if err := (NewHook{Namespace: s.Namespace, Address: s.Address, Authorization: s.Authorization}).check(); err != nil {
		return err
	}
	u, err := url.Parse(s.Address)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" || u.User != nil {
		return invalid("WebhookSet.Address is no URL of the web") // it may hold a password: it is not shown
	}
	for _, in := range slices.Concat(s.Scopes, s.Former) {
		if err := in.check(); err != nil {
			return err
		}
	}
	for _, t := range s.Triggers {
		if t.Resource == "" || !slices.Contains([]string{EventCreate, EventUpdate, EventDelete}, t.Event) {
			return invalid("WebhookSet.Triggers: %q of %q is no trigger", t.Event, t.Resource)
		}
	}
	return nil
}

// serveScope sees to the one hook that a Scope has, or to there being none.
func (c *Client) serveScope(ctx context.Context, s *WebhookSet, in Scope, wanted bool, done *WebhookChanges) error {
	var ours []Hook
	for hook, err := range c.GetHooks(ctx, in, s.Namespace) {
		if err != nil {
			return err
		}
		if hook.Namespace == s.Namespace {
			ours = append(ours, hook)
		}
	}
	keep := 0
	if i := slices.IndexFunc(ours, func(h Hook) bool { return h.Address == s.Address }); i > 0 {
		keep = i
	}
	for i, hook := range ours {
		if wanted && i == keep {
			continue
		}
		if err := c.DeleteHooksID(ctx, in, hook.ID); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		done.Removed = append(done.Removed, hook)
	}
	var hook ID
	var kept bool
	var err error
	switch {
	case !wanted:
		s.Trust.doubt(in)
		return nil
	case len(ours) == 0:
		hook, err = c.makeHook(ctx, s, in, done)
	default:
		hook = ours[keep].ID
		kept, err = c.mendHook(ctx, s, in, ours[keep], done)
	}
	if err != nil {
		return err
	}
	return s.Trust.check(ctx, c, in, hook, kept)
}

func (c *Client) makeHook(ctx context.Context, s *WebhookSet, in Scope, done *WebhookChanges) (ID, error) {
	hook, err := c.PostHooks(ctx, in, NewHook{Namespace: s.Namespace, Address: s.Address, Authorization: s.Authorization})
	if err != nil {
		return 0, err
	}
	done.Made = append(done.Made, *hook)
	_, err = c.serveTriggers(ctx, s, in, hook.ID)
	return hook.ID, err
}

// mendHook makes a hook what it shall be, and reports whether it was that before.
func (c *Client) mendHook(ctx context.Context, s *WebhookSet, in Scope, hook Hook, done *WebhookChanges) (kept bool, err error) {
	mended := false
	if hook.Address != s.Address || hook.Status == HookDisabled || !s.masks(hook.Headers.Authorization) {
		now, err := c.PatchHooksID(ctx, in, hook.ID, HookChange{Address: s.Address, Authorization: s.Authorization, Status: HookActive})
		if err != nil {
			return false, err
		}
		hook, mended = *now, true
	}
	changed, err := c.serveTriggers(ctx, s, in, hook.ID)
	if mended || changed {
		done.Mended = append(done.Mended, hook)
		return false, err
	}
	if err == nil {
		done.Kept = append(done.Kept, hook)
	}
	return err == nil, err
}

// masks reports whether what Procore tells of the value of a header may be our value. It tells its last
// characters behind some asterisks.
func (s *WebhookSet) masks(told string) bool {
	return strings.HasSuffix(s.Authorization, strings.TrimLeft(told, "*"))
}

// serveTriggers makes a hook wait for what it shall wait for, and reports whether that was a change.
func (c *Client) serveTriggers(ctx context.Context, s *WebhookSet, in Scope, id ID) (changed bool, err error) {
	missing := map[HookTrigger]bool{}
	triggers := s.Triggers
	if triggers == nil {
		triggers = SyncTriggers(in)
	}
	for _, t := range triggers {
		missing[HookTrigger{Resource: t.Resource, Event: t.Event}] = true
	}
	var unwanted []ID
	for t, err := range c.GetHooksIDTriggers(ctx, in, id) {
		if err != nil {
			return false, err
		}
		key := HookTrigger{Resource: t.Resource, Event: strings.ToLower(t.Event)}
		if !missing[key] {
			unwanted = append(unwanted, t.ID) // or there twice
		}
		delete(missing, key)
	}
	var errs []error
	for _, t := range unwanted {
		if err := c.DeleteHooksIDTriggersID(ctx, in, id, t); err != nil && !errors.Is(err, fs.ErrNotExist) {
			errs = append(errs, err)
			continue
		}
		changed = true
	}
	for _, t := range triggers { // in order
		if key := (HookTrigger{Resource: t.Resource, Event: t.Event}); missing[key] {
			delete(missing, key)
			if _, err := c.PostHooksIDTriggers(ctx, in, id, t.Resource, t.Event); err != nil {
				errs = append(errs, fmt.Errorf("%s of %s: %w", t.Event, t.Resource, err))
				if ctx.Err() != nil {
					break
				}
				continue
			}
			changed = true
		}
	}
	return changed, errors.Join(errs...)
}
