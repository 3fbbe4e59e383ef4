-- Accounts that were opened without a currency get that of the limits. Run again it goes on with those that still have none.
local bank = require('bank')

return function(step)
    local looked = 0
    for _, row in box.space.accounts:pairs() do
        if row.currency == nil then
            box.space.accounts:update({row.owner, row.account}, {{'=', 'currency', bank.currency()}})
        end
        looked = looked + 1
        if looked % 1000 == 0 then
            step.progress(('%d of %d accounts'):format(looked, box.space.accounts:len()))
            require('fiber').yield()
        end
    end
end
