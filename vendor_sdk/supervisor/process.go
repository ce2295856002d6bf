package supervisor

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
)

// process is a running program with its pipes, as seen from here.
type process struct {
	cmd        *exec.Cmd
	in         *os.File // we write
	out, words *os.File // we read
	job        job
}

// ours is how variables of this service begin. They may hold secrets, and mean nothing to a worker.
const ours = "MEDIAPUSHER_"

// componentDirectory holds the parts of HCNetSDK that it loads itself, below its own directory. Some versions look for their libssl there.
const componentDirectory = "HCNetSDKCom"

// environment is what a worker gets: what we have but for our own settings, and the maker's directory first on the loader's way.
func environment(inherited []string, directory string, added []string) []string {
	variable := "LD_LIBRARY_PATH"
	if runtime.GOOS == "windows" {
		variable = "PATH"
	}
	var env []string
	var before string
	for _, entry := range inherited {
		name, value, _ := strings.Cut(entry, "=")
		if runtime.GOOS == "windows" {
			name = strings.ToUpper(name)
		}
		switch {
		case strings.HasPrefix(name, ours):
			continue
		case name == variable && directory != "":
			before = value
			continue
		}
		env = append(env, entry)
	}
	if directory != "" {
		path := []string{directory, filepath.Join(directory, componentDirectory)}
		if before != "" { // an empty part would mean the working directory
			path = append(path, before)
		}
		env = append(env, variable+"="+strings.Join(path, string(os.PathListSeparator)))
	}
	return append(env, added...)
}

// startProcess starts the program. ctx gives it values only: it lives until it is ended.
func startProcess(ctx context.Context, cfg *Config) (*process, error) {
	if len(cfg.Command) == 0 {
		return nil, errors.New("no command")
	}
	var theirs, mine []*os.File
	defer func() { closeAll(theirs) }()
	pipe := func(theyRead bool) error {
		r, w, err := os.Pipe()
		if err != nil {
			return err
		}
		if theyRead {
			r, w = w, r
		}
		mine, theirs = append(mine, r), append(theirs, w)
		return nil
	}
	if err := errors.Join(pipe(true), pipe(false), pipe(false)); err != nil {
		closeAll(mine)
		return nil, err
	}
	cmd := exec.CommandContext(context.WithoutCancel(ctx), cfg.Command[0], cfg.Command[1:]...)
	cmd.Env = environment(os.Environ(), cfg.Directory, cfg.Environment)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = theirs[0], theirs[1], theirs[2]
	cmd.SysProcAttr = attributes()
	p := &process{cmd: cmd, in: mine[0], out: mine[1], words: mine[2]}
	enlarge(p.out)
	if err := cmd.Start(); err != nil {
		closeAll(mine)
		return nil, err
	}
	held, err := hold(cmd.Process, cfg.MemoryLimit)
	if err != nil {
		p.kill()
		_ = cmd.Wait() // it was killed
		closeAll(mine)
		return nil, fmt.Errorf("job object: %w", err)
	}
	p.job = held
	return p, nil
}

func closeAll(files []*os.File) {
	for _, file := range files {
		file.Close()
	}
}

// kill ends the process at once. One that has ended already is left alone.
func (p *process) kill() {
	_ = p.cmd.Process.Kill() // the only error is that it has ended
}

// wait waits for the end of the process, and says how it ended.
func (p *process) wait() string {
	_ = p.cmd.Wait() // the state says it
	return p.cmd.ProcessState.String()
}
