package osservice

import (
	"errors"
	"fmt"
	"time"
	"unsafe"

	"golang.org/x/sys/windows"
	"golang.org/x/sys/windows/svc"
	"golang.org/x/sys/windows/svc/eventlog"
	"golang.org/x/sys/windows/svc/mgr"
)

// registrar is the service manager of this machine.
type registrar struct{}

// open connects to the manager and opens the entry with the rights that are needed, and no more: Query is for everybody.
func open(ofManager, ofService uint32) (*mgr.Mgr, *mgr.Service, error) {
	handle, err := windows.OpenSCManager(nil, nil, ofManager)
	if err != nil {
		return nil, nil, meant(err)
	}
	manager := &mgr.Mgr{Handle: handle}
	name, err := windows.UTF16PtrFromString(Name)
	if err != nil {
		return nil, nil, errors.Join(err, manager.Disconnect())
	}
	service, err := windows.OpenService(handle, name, ofService)
	if err != nil {
		return manager, nil, meant(err)
	}
	return manager, &mgr.Service{Name: Name, Handle: service}, nil
}

// meant puts a word of this package before the system's.
func meant(err error) error {
	switch {
	case errors.Is(err, windows.ERROR_ACCESS_DENIED):
		return fmt.Errorf("%w: open a command prompt by \"Run as administrator\" (%w)", ErrNoRights, err)
	case errors.Is(err, windows.ERROR_SERVICE_DOES_NOT_EXIST):
		return fmt.Errorf("%w (%w)", ErrNotInstalled, err)
	}
	return err
}

// with opens the entry with these rights, and closes it after use.
func with(rights uint32, use func(*mgr.Service) error) error {
	manager, service, err := open(windows.SC_MANAGER_CONNECT, rights)
	if manager != nil {
		defer func() { _ = manager.Disconnect() }() // a handle that cannot be closed ends with the process
	}
	if err != nil {
		return err
	}
	defer func() { _ = service.Close() }()
	return use(service)
}

// Put implements Registrar.
func (registrar) Put(entry Entry) error {
	manager, service, err := open(windows.SC_MANAGER_CONNECT|windows.SC_MANAGER_CREATE_SERVICE, windows.SERVICE_ALL_ACCESS)
	if manager != nil {
		defer func() { _ = manager.Disconnect() }()
	}
	config := mgr.Config{
		ServiceType: windows.SERVICE_WIN32_OWN_PROCESS, StartType: mgr.StartAutomatic, ErrorControl: mgr.ErrorNormal,
		ServiceStartName: account, DisplayName: "mediaPusher", Description: "Video of recorders, pushed as RTMP",
	}
	switch {
	case errors.Is(err, ErrNotInstalled):
		service, err = manager.CreateService(Name, entry.Program, config, entry.Arguments...)
	case err == nil:
		config.BinaryPathName = commandLine(entry.Program, entry.Arguments)
		err = known(service.UpdateConfig(config))
	}
	if service != nil {
		defer func() { _ = service.Close() }()
	}
	if err != nil {
		return meant(err)
	}
	return errors.Join(recovery(service, entry), source())
}

// known passes over settings that the service manager does not know: those of ChangeServiceConfig2, of which Wine's knows few. Every
// Windows since Vista knows what is set here.
func known(err error) error {
	if errors.Is(err, windows.ERROR_INVALID_LEVEL) {
		return nil
	}
	return err
}

func commandLine(program string, arguments []string) string {
	return windows.ComposeCommandLine(append([]string{program}, arguments...))
}

// recovery has the service restarted when it fails: when its process dies, and when it ends with an error.
func recovery(service *mgr.Service, entry Entry) error {
	actions := make([]mgr.RecoveryAction, len(entry.Restart))
	for i, wait := range entry.Restart {
		actions[i] = mgr.RecoveryAction{Type: mgr.ServiceRestart, Delay: wait}
	}
	if err := known(service.SetRecoveryActions(actions, uint32(entry.Reset/time.Second))); err != nil {
		return fmt.Errorf("set the recovery actions: %w", err)
	}
	if err := known(service.SetRecoveryActionsOnNonCrashFailures(true)); err != nil {
		return fmt.Errorf("set the recovery actions: %w", err)
	}
	return nil
}

// source makes the source of events anew, so that it is there once.
func source() error {
	_ = eventlog.Remove(Name) // mostly there is none
	if err := eventlog.InstallAsEventCreate(Name, eventlog.Info|eventlog.Warning|eventlog.Error); err != nil {
		return fmt.Errorf("make the source of the event log: %w", err)
	}
	return nil
}

// Remove implements Registrar.
func (registrar) Remove() error {
	return with(windows.DELETE, func(service *mgr.Service) error {
		if err := service.Delete(); err != nil {
			return meant(err)
		}
		return eventlog.Remove(Name)
	})
}

// Start implements Registrar.
func (registrar) Start() error {
	return with(windows.SERVICE_START, func(service *mgr.Service) error { return meant(service.Start()) })
}

// Stop implements Registrar.
func (registrar) Stop() error {
	return with(windows.SERVICE_STOP, func(service *mgr.Service) error {
		_, err := service.Control(svc.Stop)
		return meant(err)
	})
}

// Query implements Registrar.
func (registrar) Query() (Status, error) {
	status := Status{State: Stopped}
	err := with(windows.SERVICE_QUERY_STATUS|windows.SERVICE_QUERY_CONFIG, func(service *mgr.Service) error {
		now, err := service.Query()
		if err != nil {
			return meant(err)
		}
		status.PID = int(now.ProcessId)
		switch now.State {
		case svc.StartPending, svc.ContinuePending:
			status.State = Starting
		case svc.Running, svc.Paused, svc.PausePending:
			status.State = Running
		case svc.StopPending:
			status.State = Stopping
		case svc.Stopped: // it began as that
		}
		if status.PID != 0 {
			status.Since = begun(now.ProcessId)
		}
		status.Program, err = program(service.Handle)
		return meant(err)
	})
	return status, err
}

// program returns the path of the program of an entry.
func program(service windows.Handle) (string, error) {
	// The most that there is, by QueryServiceConfigW.
	buffer := make([]uint64, 8<<10/8)
	config := (*windows.QUERY_SERVICE_CONFIG)(unsafe.Pointer(&buffer[0]))
	var needed uint32
	if err := windows.QueryServiceConfig(service, config, uint32(len(buffer)*8), &needed); err != nil {
		return "", err
	}
	words, err := windows.DecomposeCommandLine(windows.UTF16PtrToString(config.BinaryPathName))
	if err != nil || len(words) == 0 {
		return "", err
	}
	return words[0], nil
}

// begun returns when a process began, zero where that may not be known.
func begun(pid uint32) time.Time {
	process, err := windows.OpenProcess(windows.PROCESS_QUERY_LIMITED_INFORMATION, false, pid)
	if err != nil {
		return time.Time{}
	}
	defer func() { _ = windows.CloseHandle(process) }()
	var created, exited, kernel, user windows.Filetime
	if err := windows.GetProcessTimes(process, &created, &exited, &kernel, &user); err != nil {
		return time.Time{}
	}
	return time.Unix(0, created.Nanoseconds())
}
