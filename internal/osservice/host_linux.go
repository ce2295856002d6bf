package osservice

import "context"

// Host runs main under the service manager that started this process; where none did, main runs all the same. main's context
// ends when ctx does or the manager asks for it. Host returns what main returns.
func Host(ctx context.Context, main func(context.Context, Manager) error) error {
	return main(ctx, newNotifier())
}

// HostService is Host: systemd says itself that it started the process.
func HostService(ctx context.Context, main func(context.Context, Manager) error) error {
	return Host(ctx, main)
}
