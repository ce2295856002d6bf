package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"runtime"
	"strconv"
	"time"

	"go.uber.org/zap"
)

// writeTimeout is how long a client may take to read an answer.
const writeTimeout = 10 * time.Second

// answer is what every answer begins with, in this order: some old clients look for the text, not for the field.
type answer struct {
	StatusCode    int    `json:"status_code"`
	StatusMessage string `json:"status_message"`
}

// reply is what an endpoint wants to say.
type reply struct {
	// status is HTTP's own.
	status int
	// body begins with an answer.
	body any
	// sent, where there is one, is told once whether the answer could be written.
	sent func(err error)
}

// endpoint handles one request. It reads from r, may set deadlines and headers on w, and writes nothing.
type endpoint func(w http.ResponseWriter, r *http.Request) reply

// success is an answer without anything beside the two fields.
func success() reply {
	return reply{status: http.StatusOK, body: answer{codeNoError, okMessage}}
}

// failure is the answer to an error, whose text must not hold the secret. own is the code of the call, see statusCode.
func failure(err error, own int, secret string) reply {
	return reply{status: httpStatus(err), body: answer{statusCode(err, own), message(err, secret)}}
}

// refused is the answer to a request that was not carried out: it cannot be understood, or its session is not there.
func refused(err error) reply { return failure(err, codeParameter, "") }

// refusal is an answer of HTTP itself, for what never existed for the old clients.
func refusal(status int, words string) reply {
	return reply{status: status, body: answer{status, words}}
}

// handler writes what an endpoint replies. The answer goes out in one piece and before sent is called, so that sent knows.
func (e endpoint) handler() http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		rep := e(w, r)
		err := errors.New("the answer was not written")
		if rep.sent != nil {
			defer func() { rep.sent(err) }()
		}
		err = write(w, rep)
	}
}

func write(w http.ResponseWriter, rep reply) error {
	tell(w, rep)
	var body bytes.Buffer
	encoder := json.NewEncoder(&body)
	encoder.SetEscapeHTML(false) // addresses with & stay readable for who cuts them out of the text
	if err := encoder.Encode(rep.body); err != nil {
		return err
	}
	text := bytes.TrimSuffix(body.Bytes(), []byte("\n"))
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Length", strconv.Itoa(len(text)))
	connection := http.NewResponseController(w)
	_ = connection.SetWriteDeadline(time.Now().Add(writeTimeout))
	w.WriteHeader(rep.status)
	if _, err := w.Write(text); err != nil {
		return err
	}
	if err := connection.Flush(); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return err
	}
	_ = connection.SetWriteDeadline(time.Time{})
	return nil
}

// unstored keeps browsers and proxies from answering a beat out of a cache.
func unstored(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Cache-Control", "no-store")
		h.Set("Pragma", "no-cache")
		h.Set("Expires", "0")
		h.Set("X-Content-Type-Options", "nosniff")
		next.ServeHTTP(w, r)
	})
}

// recovering answers 500 for a bug of ours. The line in the log holds the stack, and of the panic's value only what the runtime
// itself says: a value of ours could hold a request.
func recovering(log *zap.Logger, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		watched := &watchedWriter{ResponseWriter: w}
		defer func() {
			value := recover()
			if value == nil {
				return
			}
			if err, ok := value.(error); ok && errors.Is(err, http.ErrAbortHandler) {
				panic(value) //nolint:forbidigo // net/http's own way to give up a connection
			}
			log.Error("panic while answering", zap.String("method", r.Method), zap.String("what", panicWords(value)), zap.Stack("stack"))
			if !watched.begun {
				_ = write(w, refusal(http.StatusInternalServerError, panicMessage))
			}
		}()
		next.ServeHTTP(watched, r)
	})
}

func panicWords(value any) string {
	if err, ok := value.(runtime.Error); ok {
		return err.Error()
	}
	return fmt.Sprintf("%T", value)
}

// watchedWriter remembers whether an answer has begun.
type watchedWriter struct {
	http.ResponseWriter
	begun bool
}

func (w *watchedWriter) WriteHeader(status int) {
	w.begun = true
	w.ResponseWriter.WriteHeader(status)
}

func (w *watchedWriter) Write(b []byte) (int, error) {
	w.begun = true
	return w.ResponseWriter.Write(b)
}

// Unwrap is for http.ResponseController.
func (w *watchedWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }
