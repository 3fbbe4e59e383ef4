-- owner, account, currency: true; false where there is one already.
function(owner, account, currency)
    if box.space.accounts:get{owner, account} ~= nil then
        return false
    end
    box.space.accounts:insert{owner, account, coterie.strcrc32(owner), 0, currency}
    return true
end
