#!/usr/bin/env tarantool
-- The functions of the bank in a Tarantool of their own, without a cluster: `tarantool examples/bank/test/bank.test.lua`.
-- Spaces are made as role.yml says; what a cluster adds (who may call, on which instance) is not here.
local digest = require('digest')
local fio = require('fio')
local tap = require('tap')
local yaml = require('yaml')

local role = fio.pathjoin(fio.dirname(fio.abspath(arg[0])), '../roles/bank')
local work = fio.tempdir()
box.cfg{work_dir = work, log = fio.pathjoin(work, 'log'), feedback_enabled = false}

local function text_of(file)
    local opened = assert(fio.open(fio.pathjoin(role, file), {'O_RDONLY'}))
    local text = opened:read()
    opened:close()
    return text
end

-- A file holds a chunk that returns a function, or that function alone.
local function function_of(name)
    local file = ('functions/%s.lua'):format(name)
    local text = text_of(file)
    return (loadstring(text, '@' .. file) or assert(loadstring('return ' .. text:gsub('^%s*%-%-[^\n]*\n', ''), '@' .. file)))()
end

rawset(_G, 'coterie', {strcrc32 = function(key) return digest.crc32(key) % 3000 + 1 end})
local definition = yaml.decode(text_of('role.yml'))
for name, wanted in pairs(definition.spaces) do
    local space = box.schema.space.create(name, {format = wanted.format})
    for _, index in ipairs(wanted.indexes) do
        local parts = {}
        for i, part in ipairs(index.parts) do
            parts[i] = {part.path, part.type}
        end
        space:create_index(index.name, {unique = index.unique, parts = parts})
    end
end
local bank = assert(loadstring(text_of('init.lua'), '@init.lua'))()
package.loaded['bank'] = bank
local limits = yaml.decode(text_of('limits.yml'))
bank.apply_config({['roles/bank/limits.yml'] = limits})
local open, deposit = function_of('bank.open'), function_of('bank.deposit')
local transfer, balance = function_of('bank.transfer'), function_of('bank.balance')

local test = tap.test('bank')
test:plan(16)

local function refuses(f, why, name)
    local ok, failure = pcall(f)
    test:ok(not ok and tostring(failure):find(why, 1, true) ~= nil, name)
end
local function cents(owner)
    local result = {}
    for _, account in ipairs(balance(owner)) do
        result[account.account] = account.cents
    end
    return result
end

test:ok(bank.validate_config({['roles/bank/limits.yml'] = limits}), 'limits.yml is accepted')
test:is((bank.validate_config({['roles/bank/limits.yml'] = {max_cents = -1, currency = 'EUR'}})), false, 'a limit below 0 is not')
test:is((bank.validate_config({})), false, 'nor is none')

test:ok(open('ann', 'giro', 'EUR'), 'an account is opened')
test:ok(not open('ann', 'giro', 'EUR'), 'once')
test:ok(open('ann', 'savings'), 'and another one')

test:ok(deposit('ann', 'd1', 'giro', 500), 'money comes in')
test:ok(not deposit('ann', 'd1', 'giro', 500), 'once, however often it is asked for')
test:ok(transfer('ann', 't1', 'giro', 'savings', 200), 'and is moved')
test:is_deeply(cents('ann'), {giro = 300, savings = 200}, 'it is where it should be')
refuses(function() transfer('ann', 't2', 'giro', 'savings', 301) end, 'there is less than that', 'there is no more than there is')
refuses(function() transfer('ann', 't3', 'giro', 'nowhere', 1) end, 'ann has no account nowhere', 'nor to an account that is not there')
refuses(function() deposit('ann', 'd2', 'giro', limits.max_cents + 1) end, 'whole number of cents', 'nor more than the limit')
test:is_deeply(cents('ann'), {giro = 300, savings = 200}, 'what was refused has changed nothing')
test:is(box.space.transfers:len(), 2, 'there is a row for each transfer that was made')

-- The step of the migration, with what it is given.
local migrate = assert(loadstring(text_of('migrations/0001-currency.lua'), '@0001-currency.lua'))()
migrate({progress = function() end})
test:is(balance('ann')[2].currency, limits.currency, 'the migration gives a currency to an account without one')

local good = test:check()
fio.rmtree(work)
os.exit(good and 0 or 1)
