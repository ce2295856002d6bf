package api

import (
	"context"
	"net/http"
	"time"
)

// Info is what the operator may know of the running service. It holds no secret.
type Info struct {
	Version string
	Started time.Time
	// Addresses are those of the API's listeners, host:port.
	Addresses []string
	// Media says in a line where streams go.
	Media  string
	Server ServerInfo
}

// ServerInfo is what is known of the media server.
type ServerInfo struct {
	// Kind is "srs", "embedded" or "unknown", Version what the server says, empty where it says nothing.
	Kind, Version string
	// HEVC is the form in which the server takes H.265: "enhanced", "legacy", "none" or "" where that shows at the first publish.
	HEVC string
	// APIURL is the address of its HTTP API without secrets, empty where it is not asked.
	APIURL string
	// Err is why the server could not be asked, nil where it answered.
	Err error
}

// Configuration is where the settings of the running service come from. The methods may be called from several goroutines.
type Configuration interface {
	// Reload reads the settings again and takes over what can change while the service runs. With an error nothing has changed; its
	// text names key and value, and no secret.
	Reload(ctx context.Context) (Change, error)
	// State tells where the settings in force came from.
	State() ConfigState
}

// Change is what a reload did, by keys such as "log.level". The slices belong to the caller.
type Change struct {
	Applied       []string // in force now
	RestartNeeded []string // differ, and are in force after the next start
}

// ConfigState is where the settings in force came from.
type ConfigState struct {
	// File is the path, empty where there is none. Loaded is when it was read with success.
	File   string
	Loaded time.Time
	// RestartNeeded are the keys that the file has changed and the running service has not. The slice belongs to the caller.
	RestartNeeded []string
	// Err is why the newest reading failed, nil where it did not.
	Err error
}

// infoView is Info in answers.
type infoView struct {
	Version  string     `json:"version"`
	Uptime   *float64   `json:"uptime"` // seconds
	API      []string   `json:"api"`
	Media    string     `json:"media"`
	Server   serverInfo `json:"server"`
	Config   configView `json:"config"`
	Sessions int        `json:"sessions"`
}

type serverInfo struct {
	Kind    string `json:"kind"`
	Version string `json:"version"`
	HEVC    string `json:"hevc"`
	APIURL  string `json:"api_url"`
	Error   string `json:"error"`
}

type configView struct {
	File          string   `json:"file"`
	LoadedAge     *float64 `json:"loaded_age"` // seconds
	RestartNeeded []string `json:"restart_needed"`
	Error         string   `json:"error"`
}

// info is GET /INFO.
func (a *admin) info(_ http.ResponseWriter, r *http.Request) reply {
	info, now := a.cfg.Info(r.Context()), a.cfg.Now()
	view := infoView{
		Version: info.Version, Uptime: age(info.Started, now), API: listed(info.Addresses), Media: clean(info.Media, ""),
		Server: serverInfo{
			Kind: info.Server.Kind, Version: clean(info.Server.Version, ""), HEVC: info.Server.HEVC,
			APIURL: clean(info.Server.APIURL, ""), Error: words(info.Server.Err),
		},
		Config:   configView{RestartNeeded: listed(nil)},
		Sessions: len(a.sessions.Snapshots()),
	}
	if a.cfg.Configuration != nil {
		state := a.cfg.Configuration.State()
		view.Config = configView{state.File, age(state.Loaded, now), listed(state.RestartNeeded), words(state.Err)}
	}
	return reply{status: http.StatusOK, body: struct {
		answer
		infoView
	}{answer{codeNoError, okMessage}, view}}
}

// reload is POST /CONFIG/RELOAD.
func (a *admin) reload(_ http.ResponseWriter, r *http.Request) reply {
	change, err := a.cfg.Configuration.Reload(r.Context())
	if err != nil {
		return reply{status: http.StatusOK, body: answer{codeParameter, words(err)}}
	}
	return reply{status: http.StatusOK, body: struct {
		answer
		Applied       []string `json:"applied"`
		RestartNeeded []string `json:"restart_needed"`
	}{answer{codeNoError, okMessage}, listed(change.Applied), listed(change.RestartNeeded)}}
}

// listed is never null in JSON.
func listed(texts []string) []string {
	if texts == nil {
		return []string{}
	}
	return texts
}

// words is an error in an answer beside others, empty where there is none.
func words(err error) string {
	if err == nil {
		return ""
	}
	return message(err, "")
}
