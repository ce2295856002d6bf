package device

// MaxAccounts is the ceiling for remembered accounts.
const MaxAccounts = maxAccounts

// Accounts counts the remembered ones.
func (p *Pool) Accounts() int {
	p.rests.mu.Lock()
	defer p.rests.mu.Unlock()
	return len(p.rests.accounts)
}

// Budgets counts the recorders in use.
func (p *Pool) Budgets() int {
	p.budgets.mu.Lock()
	defer p.budgets.mu.Unlock()
	return len(p.budgets.recorders)
}
