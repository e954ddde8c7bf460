// Package stage puts the construction project of package site into a fake Procore, as the people of
// that project would have done: folders and files by their authors and at their times, photos in their
// albums, RFIs with their answers, submittals with their revisions.
//
//	play := stage.New(site.New(site.Options{}))
//	procore, err := procoretest.New(play.Options(procoretest.Options{}))
//	...
//	err = play.Furnish(procore)
package stage

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"
	"time"

	"github.com/procorebox/procorebox/examples/internal/site"
	"github.com/procorebox/procorebox/procore/procoretest"
)

// A Play is a project to be put into a fake.
type Play struct{ project *site.Project }

// New returns a Play of a project.
func New(project *site.Project) Play { return Play{project} }

// Options returns the options of a fake for the project: its name, and PDFs that are printed as the
// project's sheets are.
func (p Play) Options(o procoretest.Options) procoretest.Options {
	o.ProjectName, o.Render = p.project.Name, Render
	return o
}

// Render prints the PDF of a record with the look of the project's other papers.
func Render(to io.Writer, s procoretest.Sheet) error {
	sheet := site.Sheet{Title: s.Title, Fields: [][2]string{{"Tool", s.Tool}}}
	note := site.Note{}
	flush := func() {
		if note.Title != "" || note.Text != "" {
			sheet.Notes = append(sheet.Notes, note)
		}
		note = site.Note{}
	}
	for _, line := range s.Lines {
		name, value, field := strings.Cut(line, ": ")
		switch {
		case line == "":
			flush()
		case field && len(sheet.Notes) == 0 && note.Title == "":
			sheet.Fields = append(sheet.Fields, [2]string{name, value})
		case note.Title == "":
			note.Title = line
		default:
			note.Text += line + "\n"
		}
	}
	flush()
	return site.Render(to, sheet, s.At)
}

// Furnish puts the project into the first project of a fake. Folders and files that the fake refuses are
// left out, with what is in them: with some of its switches it takes fewer names than Procore is known to.
func (p Play) Furnish(fake *procoretest.Procore) error {
	c := &cast{fake: fake, project: fake.Project(), people: map[string]*procoretest.Person{}}
	for _, one := range p.project.People {
		c.people[one.Login] = fake.AddUser(one.Name, one.Login)
	}
	for what, put := range map[string]func(*site.Project) error{
		"documents": c.documents, "photos": c.photos, "RFIs": c.rfis, "submittals": c.submittals,
	} {
		if err := put(p.project); err != nil {
			return fmt.Errorf("put the %s of %s into the fake procore: %w", what, p.project.Name, err)
		}
	}
	return nil
}

// A cast is the people of a project in a fake.
type cast struct {
	fake    *procoretest.Procore
	project procoretest.Project
	people  map[string]*procoretest.Person
}

// who is somebody at a time; nobody known is the fake's first user.
func (c *cast) who(one site.Person, when time.Time) *procoretest.Person {
	person := c.people[one.Login]
	if person == nil {
		person = c.fake.Home()
	}
	return person.At(when)
}

// documents puts folders, and the files into them.
func (c *cast) documents(project *site.Project) error {
	folders := map[string]int64{"": c.project.RootID}
	for _, folder := range project.Folders {
		parent, ok := folders[place(folder.Path[:len(folder.Path)-1])]
		if !ok {
			continue // in a folder that was left out
		}
		made, err := c.fake.Home().CreateFolder(parent, folder.Path[len(folder.Path)-1])
		if errors.Is(err, fs.ErrInvalid) {
			continue
		}
		if err != nil {
			return err
		}
		folders[place(folder.Path)] = made.ID
	}
	for _, file := range project.Files {
		parent, ok := folders[place(file.Path[:len(file.Path)-1])]
		if !ok {
			continue
		}
		if err := c.file(parent, file); err != nil && !errors.Is(err, fs.ErrInvalid) {
			return err
		}
	}
	return nil
}

// place is a path as a key. Names have no zero byte.
func place(path []string) string { return strings.Join(path, "\x00") }

func (c *cast) file(parent int64, file site.File) error {
	content, err := file.Open()
	if err != nil {
		return err
	}
	_, err = c.who(file.Author, file.Modified).UploadFrom(parent, file.Path[len(file.Path)-1], content)
	if closed := content.Close(); err == nil {
		err = closed
	}
	return err
}

// photos puts albums, and the photos into them.
func (c *cast) photos(project *site.Project) error {
	albums := map[string]int64{}
	for _, album := range c.fake.Home().Albums(c.project.ID) {
		albums[album.Name] = album.ID
	}
	for _, album := range project.Albums {
		if albums[album.Name] == 0 {
			made, err := c.fake.Home().AddAlbum(c.project.ID, album.Name)
			if err != nil {
				return err
			}
			albums[album.Name] = made.ID
		}
		for _, photo := range album.Photos {
			if err := c.photo(albums[album.Name], photo); err != nil {
				return err
			}
		}
	}
	return nil
}

func (c *cast) photo(albumID int64, photo site.Photo) error {
	content, err := read(photo.Open)
	if err != nil {
		return err
	}
	who := c.who(photo.Author, photo.Uploaded)
	made, err := who.AddPhoto(c.project.ID, albumID, photo.Name, content)
	if err == nil && photo.Description != "" {
		_, err = who.DescribePhoto(c.project.ID, made.ID, photo.Description)
	}
	return err
}

func (c *cast) rfis(project *site.Project) error {
	for _, rfi := range project.RFIs {
		files, err := attachments(rfi.Attachments)
		if err != nil {
			return err
		}
		made, err := c.who(rfi.Author, rfi.Created).AddRFI(c.project.ID, procoretest.RFI{
			Number: rfi.Number, Subject: rfi.Subject, Question: rfi.Question, Status: begun(rfi.Status), Files: files,
		})
		if err != nil {
			return err
		}
		if err := c.answers(made.ID, rfi); err != nil {
			return err
		}
	}
	return nil
}

// begun is how an RFI stands before it is answered.
func begun(status string) string {
	if status == "draft" {
		return status
	}
	return "open"
}

func (c *cast) answers(id int64, rfi site.RFI) error {
	for _, answer := range rfi.Answers {
		files, err := attachments(answer.Attachments)
		if err != nil {
			return err
		}
		if _, err := c.who(answer.Author, answer.Time).AnswerRFI(c.project.ID, id, answer.Text, files...); err != nil {
			return err
		}
	}
	if rfi.Status == begun(rfi.Status) {
		return nil
	}
	_, err := c.who(rfi.Author, rfi.Updated).EditRFI(c.project.ID, procoretest.RFI{ID: id, Status: rfi.Status})
	return err
}

func (c *cast) submittals(project *site.Project) error {
	for _, submittal := range project.Submittals {
		files, err := attachments(submittal.Attachments)
		if err != nil {
			return err
		}
		made, err := c.who(submittal.Author, submittal.Created).AddSubmittal(c.project.ID, procoretest.Submittal{
			Number: submittal.Number, Revision: submittal.Revision, Title: submittal.Title, Status: "Open", Files: files,
		})
		if err == nil && submittal.Status != "Open" {
			_, err = c.who(submittal.Approver, submittal.Updated).EditSubmittal(c.project.ID, procoretest.Submittal{
				ID: made.ID, Status: submittal.Status,
			})
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func attachments(all []site.Attachment) ([]procoretest.Attachment, error) {
	var files []procoretest.Attachment
	for _, one := range all {
		content, err := read(one.Open)
		if err != nil {
			return nil, err
		}
		files = append(files, procoretest.Attachment{Name: one.Name, Content: content})
	}
	return files, nil
}

func read(open func() (io.ReadCloser, error)) ([]byte, error) {
	content, err := open()
	if err != nil {
		return nil, err
	}
	defer content.Close()
	return io.ReadAll(content)
}
