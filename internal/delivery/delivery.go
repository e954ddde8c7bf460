// Package delivery reads and answers what webhooks send. What proves a delivery, and what it says, is for
// the receiver of each service.
package delivery

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"time"
)

// Answer answers a delivery with the status that take returns, and with nothing else. Why it was not
// taken is told to the log only.
func Answer(w http.ResponseWriter, request *http.Request, log *slog.Logger, take func(w http.ResponseWriter, request *http.Request) (int, error)) {
	status, err := take(w, request)
	if err != nil {
		level := slog.LevelInfo // anybody can send what is refused
		if status >= http.StatusInternalServerError {
			level = slog.LevelWarn
		}
		log.Log(request.Context(), level, "webhook delivery was not taken", slog.Int("status", status), slog.Any("error", err))
	}
	if status == http.StatusMethodNotAllowed {
		w.Header().Set("Allow", http.MethodPost)
	}
	w.WriteHeader(status)
}

// Read reads the body of a delivery, of which there is a limited amount of bytes in a limited time. With
// an error comes the status to answer.
func Read(w http.ResponseWriter, request *http.Request, most int64, patience time.Duration) (body []byte, status int, err error) {
	// A writer without deadlines is one of a test, or of a server that has its own.
	_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(patience))
	body, err = io.ReadAll(http.MaxBytesReader(w, request.Body, most))
	if _, large := errors.AsType[*http.MaxBytesError](err); large {
		return nil, http.StatusRequestEntityTooLarge, fmt.Errorf("it has more than %d bytes", most)
	}
	if err != nil {
		return nil, http.StatusBadRequest, fmt.Errorf("read webhook delivery: %w", err)
	}
	return body, 0, nil
}
