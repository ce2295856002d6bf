package srs_test

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"reflect"
	"testing"
	"time"

	"mediapusher/internal/srs"
)

// The answers are of the form that SrsConfig::vhost_to_json of SRS 3.0 writes; 1060 is what 4.0 and later say (ERROR_SYSTEM_CONFIG_RAW).
func TestSettings(t *testing.T) {
	const (
		unknown = `{"code":1062}`
		whole   = `{"code":0,"vhost":{"id":3,"name":"__defaultVhost__","enabled":true,"publish":{"mr":false,"firstpkt_timeout":20000,"normal_timeout":3000},` +
			`"http_hooks":{"enabled":true,"on_connect":["http://hook/?secret=x"],"on_publish":["http://hook/a","http://hook/b"],"on_play":["http://hook/p"]}}}`
		off = `{"code":0,"vhost":{"name":"__defaultVhost__","enabled":true,"http_hooks":{"enabled":false,"on_publish":["http://hook/a"]}}}`
	)
	for name, test := range map[string]struct {
		answers map[string]string // by vhost
		want    srs.Settings
		err     error
	}{
		"of the default vhost": {map[string]string{"srs": unknown, "__defaultVhost__": whole}, srs.Settings{Silence: 3 * time.Second, Hooks: []string{"on_connect", "on_publish"}}, nil},
		"of a vhost":           {map[string]string{"srs": off, "__defaultVhost__": whole}, srs.Settings{Silence: 5 * time.Second}, nil},
		"no such vhost":        {map[string]string{"srs": unknown, "__defaultVhost__": unknown}, srs.Settings{}, srs.ErrNotTold},
		"SRS 4 and later":      {map[string]string{"srs": `{"code":1060}`, "__defaultVhost__": `{"code":1060}`}, srs.Settings{}, srs.ErrNotTold},
		"something else":       {map[string]string{"srs": `<html>`}, srs.Settings{}, srs.ErrNotSRS},
		"a wrong type":         {map[string]string{"srs": `{"code":0,"vhost":{"http_hooks":[]}}`}, srs.Settings{}, srs.ErrNotSRS},
	} {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Path != "/api/v1/raw" || r.FormValue("rpc") != "query" || r.FormValue("scope") != "vhost" {
					t.Errorf("%s", r.URL)
				}
				_, _ = io.WriteString(w, test.answers[r.FormValue("vhost")])
			}))
			defer server.Close()
			client, err := srs.New(srs.Config{URL: server.URL})
			if err != nil {
				t.Fatal(err)
			}
			if got, err := client.Settings(t.Context(), "srs"); !errors.Is(err, test.err) || !reflect.DeepEqual(got, test.want) {
				t.Errorf("%+v, %v", got, err)
			}
		})
	}
}
