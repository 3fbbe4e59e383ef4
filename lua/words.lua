-- The parts of a text between the characters of `separators`: words('a.b', '.') -> {'a', 'b'}. Nothing between two is no part.
return function(text, separators)
    local result = {}
    for word in text:gmatch(('[^%s]+'):format(separators)) do
        table.insert(result, word)
    end
    return result
end
