-- owner: a list of {account, cents, currency}.
function(owner)
    local accounts = setmetatable({}, {__serialize = 'seq'})
    for _, row in box.space.accounts:pairs{owner} do
        table.insert(accounts, {account = row.account, cents = row.cents, currency = row.currency})
    end
    return accounts
end
