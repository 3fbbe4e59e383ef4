-- Runs f in one transaction: all that it writes, or nothing, and then its error is raised as it is. (box.atomic puts a
-- place in the code before an error that is text, so that a refusal would not be read as one.)
return function(f)
    box.begin()
    local ok, failure = pcall(function()
        f()
        box.commit()
    end)
    if not ok then
        box.rollback()
        error(failure, 0)
    end
end
