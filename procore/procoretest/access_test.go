package procoretest

import (
	"fmt"
	"net/http"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestEveryCallButTwoNeedsTheCompanyHeader(t *testing.T) { // section 1.4, trap 2
	w := newWorld(t, Options{})
	bare := w.with("Procore-Company-Id", "")
	w.status(http.StatusOK, bare.get("/rest/v1.0/me"))
	w.status(http.StatusOK, bare.get("/rest/v1.0/companies"))
	file := w.file(w.project.RootID, "a.txt", "x")
	for _, r := range []result{
		bare.get(w.at("/documents")),
		bare.get(w.inProject("/folders")),
		bare.get(w.inProject(fmt.Sprintf("/files/%d", file))),
		bare.remove(w.inProject(fmt.Sprintf("/files/%d", file))),
		bare.get(fmt.Sprintf("/rest/v1.0/projects?company_id=%d", w.project.CompanyID)),
		bare.post(fmt.Sprintf("/rest/v1.1/projects/%d/uploads", w.project.ID), object{"response_filename": "a"}),
	} {
		w.status(http.StatusNotFound, r)
		require.Equal(t, "Item not found", r.at("errors"))
	}
	w.status(http.StatusOK, w.get(w.inProject(fmt.Sprintf("/files/%d", file))))
	require.NotEmpty(t, w.get("/rest/v1.0/me").header.Get("X-Request-Id"))
	require.NotEmpty(t, w.get("/rest/v1.0/me").header.Get("X-Runtime"))
}

func TestTheHeaderDecidesWhichCompanyACallIsAbout(t *testing.T) { // section 1.4
	w := newWorld(t, Options{})
	other := w.procore.AddCompany("Other Builders")
	there := w.with("Procore-Company-Id", strconv.FormatInt(other.ID, 10))
	w.status(http.StatusNotFound, there.get(w.at("/documents")))
	w.status(http.StatusNotFound, there.get(fmt.Sprintf("/rest/v1.0/companies/%d/folders", w.project.CompanyID)))
	r := there.get(fmt.Sprintf("/rest/v1.0/companies/%d/folders", other.ID))
	require.Equal(t, "Other Builders", r.at("name"))
	require.Equal(t, "2", w.get("/rest/v1.0/companies").header.Get("Total"))
	w.status(http.StatusNotFound, w.with("Procore-Company-Id", "nonsense").get(w.at("/documents")))
}

func TestAnAppThatIsNotConnectedIsForbidden(t *testing.T) { // sections 1.3 and 13
	w := newWorld(t, Options{})
	w.procore.SetConnected(w.project.CompanyID, false)
	r := w.get(w.at("/documents"))
	w.status(http.StatusForbidden, r)
	require.Equal(t, "App is not connected to this company", r.at("errors"))
	require.Empty(t, w.with("Procore-Company-Id", "").get("/rest/v1.0/companies").entries())
	w.procore.SetConnected(w.project.CompanyID, true)
	w.status(http.StatusOK, w.get(w.at("/documents")))
}

func TestAProjectThatIsNotPermittedIsAsIfItWereNotThere(t *testing.T) { // section 1.3, trap 4
	w := newWorld(t, Options{})
	second := w.procore.AddProject(w.project.CompanyID, "Tower B")
	list := fmt.Sprintf("/rest/v1.0/projects?company_id=%d", w.project.CompanyID)
	require.Equal(t, []string{"Tower A", "Tower B"}, w.get(list).names())
	w.procore.PermitProjects(w.procore.Home().User, second.ID)
	require.Equal(t, []string{"Tower B"}, w.get(list).names())
	w.status(http.StatusNotFound, w.get(w.at("/documents")))
	w.procore.PermitProjects(w.procore.Home().User)
	require.Empty(t, w.get(list).entries(), "the list was reset")
	w.procore.PermitAllProjects(w.procore.Home().User)
	w.status(http.StatusOK, w.get(w.at("/documents")))
}

func TestProjectsAreListedWithTheirFilters(t *testing.T) { // section 1.7
	clock := newClock()
	w := newWorld(t, Options{Clock: clock})
	clock.Advance(3600e9)
	second := w.procore.AddProject(w.project.CompanyID, "Annex")
	list := fmt.Sprintf("/rest/v1.0/projects?company_id=%d", w.project.CompanyID)
	w.status(http.StatusBadRequest, w.get("/rest/v1.0/projects"))
	require.Equal(t, []string{"Annex", "Tower A"}, w.get(list+"&sort=name").names())
	require.Equal(t, []string{"Annex"}, w.get(list+"&filters[name]=Annex").names())
	require.Equal(t, []string{"Annex"}, w.get(list+fmt.Sprintf("&filters[id][]=%d", second.ID)).names())
	require.Equal(t, []string{"Annex"}, w.get(list+"&filters[updated_at]=2026-03-01T10:00:00Z...2027-01-01").names())
	w.procore.SetActive(second.ID, false)
	require.Equal(t, []string{"Tower A"}, w.get(list).names())
	require.Equal(t, []string{"Annex"}, w.get(list+"&filters[by_status]=Inactive").names())
	require.Len(t, w.get(list+"&filters[by_status]=All").entries(), 2)
	compact := w.get(list + "&serializer_view=compact")
	require.JSONEq(t, fmt.Sprintf(`[{"id":%d,"name":"Tower A","display_name":"1001 - Tower A"}]`, w.project.ID), string(compact.body))
	ids := w.get(fmt.Sprintf("/rest/v1.1/projects?company_id=%d&view=ids", w.project.CompanyID))
	require.JSONEq(t, fmt.Sprintf(`[%d]`, w.project.ID), string(ids.body))
	require.Equal(t, "1001 - Tower A", w.get(w.at("")).at("display_name"))
	brief := w.get(fmt.Sprintf("/rest/v1.0/companies/%d/projects", w.project.CompanyID))
	require.Equal(t, "Austin", brief.at("0.address.city"))
	require.Greater(t, w.project.ID, int64(1)<<32, "ids do not fit into 32 bits")
}

func TestAToolThatIsOffOrNotPermittedIsForbidden(t *testing.T) { // section 13
	w := newWorld(t, Options{})
	file := w.file(w.project.RootID, "a.txt", "x")
	robot := w.procore.Home().User
	w.procore.SetTool(w.project.ID, Documents, false)
	w.status(http.StatusForbidden, w.get(w.at("/documents")))
	w.procore.SetTool(w.project.ID, Documents, true)

	one := w.inProject(fmt.Sprintf("/files/%d", file))
	for _, c := range []struct {
		level               Level
		read, write, remove int
	}{
		{NoAccess, 403, 403, 403}, {ReadOnly, 200, 403, 403}, {Standard, 200, 200, 403}, {Admin, 200, 200, 200},
	} {
		w.procore.Permit(robot, w.project.ID, Documents, c.level)
		w.status(c.read, w.get(one))
		w.status(c.write, w.patch(one, object{"file": object{"description": "x"}}))
		w.status(c.remove, w.remove(one))
	}
}

func TestWhatIsPrivateIsMissingForWhoIsNotLetIn(t *testing.T) { // section 4.7, trap 14
	w := newWorld(t, Options{})
	ann := w.procore.AddUser("Ann", "ann@x.example")
	folder, err := ann.CreateFolder(w.project.RootID, "HR")
	require.NoError(t, err)
	inside, err := ann.Upload(folder.ID, "salaries.txt", []byte("x"))
	require.NoError(t, err)
	_, err = ann.Hide(folder, true)
	require.NoError(t, err)

	index := w.get(w.at("/documents?view=extended&sort=name"))
	require.Equal(t, []string{"HR", "Recycle Bin", "salaries.txt"}, index.names(), "administrators see it")
	require.Equal(t, "true", index.at("0.private"))
	require.Equal(t, "HR", index.at("2.private_parent.name"))

	w.procore.Permit(w.procore.Home().User, w.project.ID, Documents, Standard)
	require.Empty(t, w.get(w.at("/documents?view=extended")).names())
	w.status(http.StatusNotFound, w.get(w.inProject(fmt.Sprintf("/files/%d", inside.ID))))
	w.status(http.StatusNotFound, w.get(w.inProject(fmt.Sprintf("/folders/%d", folder.ID))))
	require.Equal(t, "false", w.get(w.inProject("/folders")).at("has_children"))
	require.NoError(t, ann.Admit(folder, w.procore.Home()))
	require.Equal(t, []string{"HR", "salaries.txt"}, w.get(w.at("/documents?sort=name")).names())
}

func TestAnUnknownPathIsNotFoundAndAnUnknownEncodingNotAcceptable(t *testing.T) { // section 13
	w := newWorld(t, Options{})
	w.status(http.StatusNotFound, w.get("/rest/v1.0/files?project_id=1"))
	w.status(http.StatusNotFound, w.get(w.at("/folders")))
	r, err := w.try("POST", w.inProject("/folders"), "text/plain", http.NoBody)
	require.NoError(t, err)
	w.status(http.StatusNotAcceptable, r)
	r, err = w.try("POST", w.inProject("/folders"), "application/json", nil)
	require.NoError(t, err)
	w.status(http.StatusBadRequest, r)
	w.status(http.StatusBadRequest, w.get("/rest/v1.0/folders"))
	w.token = "wrong"
	w.status(http.StatusUnauthorized, w.get(w.at("/documents")))
}
