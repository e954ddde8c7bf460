package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
)

// renameProject does what a person does on the project's page, for which the library has no call.
func renameProject(ctx context.Context, get func(string) string, name string) error {
	body, err := json.Marshal(map[string]any{
		"company_id": json.Number(get("PROCORE_COMPANY_ID")), "project": map[string]string{"name": name},
	})
	if err != nil {
		return err
	}
	at := get("PROCORE_BASE") + "/rest/v1.0/projects/" + get("PROCORE_PROJECT_ID")
	r, err := http.NewRequestWithContext(ctx, http.MethodPatch, at, bytes.NewReader(body))
	if err != nil {
		return err
	}
	r.Header.Set("Authorization", "Bearer "+get("PROCORE_TOKEN"))
	r.Header.Set("Procore-Company-Id", get("PROCORE_COMPANY_ID"))
	r.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("rename the project: %s", response.Status)
	}
	return nil
}
