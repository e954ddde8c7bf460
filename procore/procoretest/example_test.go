package procoretest_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"

	"github.com/procorebox/procorebox/procore/procoretest"
)

// A client of Procore is tested against a fake one, with somebody else at work in it.
func Example() {
	procore, err := procoretest.New(procoretest.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer procore.Close()
	project := procore.Project()

	ann := procore.AddUser("Ann", "ann@x.example")
	folder, err := ann.CreateFolder(project.RootID, "01 Drawings")
	if err == nil {
		_, err = ann.Upload(folder.ID, "A-101.pdf", []byte("first issue"))
	}
	if err != nil {
		fmt.Println(err)
		return
	}

	request, err := http.NewRequestWithContext(context.Background(), http.MethodGet,
		fmt.Sprintf("%s/rest/v1.0/projects/%d/documents?view=extended", procore.URLs().API, project.ID), http.NoBody)
	if err != nil {
		fmt.Println(err)
		return
	}
	request.Header.Set("Authorization", "Bearer "+procore.Token())
	request.Header.Set("Procore-Company-Id", strconv.FormatInt(project.CompanyID, 10))
	answer, err := procore.HTTPClient().Do(request)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(answer.StatusCode, strings.Contains(string(body), "Tower A/01 Drawings/A-101.pdf"))
	fmt.Println(procore.Calls()["GET /rest/v1.0/projects/{project_id}/documents"])
	// Output:
	// 200 true
	// 1
}
