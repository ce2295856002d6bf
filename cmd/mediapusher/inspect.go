package main

import (
	"context"

	"mediapusher/api"
	"mediapusher/internal/device"
)

// inspection looks at recorders through the pool that the sessions use: a login is shared with them, and an account that rests is left
// alone.
type inspection struct{ devices device.Driver }

var _ api.Devices = inspection{}

// Describe implements api.Devices.
func (i inspection) Describe(ctx context.Context, target device.Target) (*device.Description, error) {
	opened, err := i.devices.Open(ctx, target)
	if err != nil {
		return nil, err
	}
	defer func() { _ = opened.Close() }() // it gives a share back
	return device.InspectorOf(opened, target).Describe(ctx)
}

// Snapshot implements api.Devices.
func (i inspection) Snapshot(ctx context.Context, target device.Target, channel int) ([]byte, error) {
	opened, err := i.devices.Open(ctx, target)
	if err != nil {
		return nil, err
	}
	defer func() { _ = opened.Close() }()
	return device.InspectorOf(opened, target).Snapshot(ctx, channel)
}
