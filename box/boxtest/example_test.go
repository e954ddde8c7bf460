package boxtest_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/procorebox/procorebox/box/boxtest"
)

// A client of Box is tested against a fake one, with somebody else at work in it.
func Example() {
	box, err := boxtest.New(boxtest.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer box.Close()

	ann := box.AddUser("Ann", "ann@x.example")
	folder, err := ann.CreateFolder("0", "Drawings")
	if err == nil {
		_, err = ann.Upload(folder.ID, "A-101.pdf", []byte("first issue"))
	}
	if err == nil {
		err = ann.Collaborate(folder, box.Home(), "editor")
	}
	if err != nil {
		fmt.Println(err)
		return
	}

	request, err := http.NewRequestWithContext(context.Background(), http.MethodGet,
		box.URLs().API+"/2.0/folders/"+folder.ID+"/items?fields=name", http.NoBody)
	if err != nil {
		fmt.Println(err)
		return
	}
	request.Header.Set("Authorization", "Bearer "+box.Token())
	answer, err := box.HTTPClient().Do(request)
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
	fmt.Println(answer.StatusCode, strings.Count(string(body), "A-101.pdf"))
	fmt.Println(box.Calls()["GET /2.0/folders/{folder_id}/items"])
	// Output:
	// 200 1
	// 1
}
