// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {VmSafe} from "@chainlink/contracts/src/v0.8/vendor/forge-std/src/Vm.sol";

/// @notice How often an action of a handler was called, and how often it reached its end.
struct Tally {
    string action;
    uint128 calls;
    uint128 successes;
}

/// @title Base of an invariant handler: counts calls and successes per action
/// @dev How to use it:
/// 1. `contract MyHandler is HandlerStats`; every action is `function open(uint256 seed) external counted("open") {…}`.
///    The action runs in a call of the handler to itself, so that a revert undoes the action but not its count. Actions
///    return nothing; `msg.sender` inside is the handler itself, so prank where the sender matters.
/// 2. A property that an action checks itself calls `_broken("health of the rest fell")` instead of `require`: a plain
///    revert is only an unsuccessful call, while this (and a failing `assert` of the code under test) fails the campaign.
/// 3. The test ends each run with `function afterInvariant() external { HandlerReport.check("MyHandler", handler); }`.
/// Every run starts from the state after `setUp`, so `check` adds the run to totals of the process (in environment
/// variables) and fails when an action that was called MIN_CALLS times so far succeeded in under half of them.
/// hardhat.test.config.ts prints the totals as a table at the end. Shape inputs, do not discard them.
abstract contract HandlerStats {
    /// @notice What an action found broken.
    error PropertyBroken(string what);

    string private _brokenProperty;
    string[] private _actions;
    mapping(string action => Tally tally) private _tallies;

    modifier counted(string memory action) {
        if (msg.sender != address(this)) {
            _count(action);
            return;
        }
        _;
    }

    /// @notice The counts of this run, in the order in which actions were first called.
    function tallies() external view returns (Tally[] memory list) {
        list = new Tally[](_actions.length);
        for (uint256 i = 0; i < list.length; ++i) list[i] = _tallies[_actions[i]];
    }

    /// @notice The first property that an action found broken in this run; empty when none.
    function brokenProperty() external view returns (string memory what) {
        return _brokenProperty;
    }

    function _broken(string memory what) internal pure {
        revert PropertyBroken(what);
    }

    function _count(string memory action) private {
        Tally storage tally = _tallies[action];
        if (tally.calls == 0) {
            tally.action = action;
            _actions.push(action);
        }
        ++tally.calls;
        (bool ok, bytes memory reason) = address(this).call(msg.data);
        if (ok) ++tally.successes;
        else if (_isBroken(reason) && bytes(_brokenProperty).length == 0) _brokenProperty = _reason(action, reason);
    }

    function _reason(string memory action, bytes memory reason) private pure returns (string memory what) {
        if (bytes4(reason) != PropertyBroken.selector) return string.concat(action, ": assert failed");
        bytes memory arguments = new bytes(reason.length - 4);
        for (uint256 i = 0; i < arguments.length; ++i) arguments[i] = reason[i + 4];
        return string.concat(action, ": ", abi.decode(arguments, (string)));
    }

    /// @dev A property reported by the action, or Panic(1), which only a failing `assert` raises.
    function _isBroken(bytes memory reason) private pure returns (bool isBroken) {
        if (reason.length < 4) return false;
        if (bytes4(reason) == PropertyBroken.selector) return true;
        return keccak256(reason) == keccak256(abi.encodeWithSignature("Panic(uint256)", 1));
    }
}

/// @title The end of a run of a campaign
library HandlerReport {
    /// @notice An action of the handler found a property broken, or reached a failing `assert`.
    error HandlerPropertyBroken(string handler, string what);
    /// @notice The action reached its end in `successes` of `calls`, under half: its inputs need better shape.
    error HandlerActionRarelySucceeds(string handler, string action, uint256 successes, uint256 calls);

    /// @dev Below so many calls a rate says nothing.
    uint256 internal constant MIN_CALLS = 200;
    VmSafe private constant VM = VmSafe(address(uint160(uint256(keccak256("hevm cheat code")))));

    /// @notice Adds the run to the totals; reverts when a property broke or an action succeeds too rarely.
    function check(string memory name, HandlerStats handler) internal {
        string memory broken = handler.brokenProperty();
        if (bytes(broken).length != 0) revert HandlerPropertyBroken(name, broken);
        add(name, handler.tallies());
    }

    /// @notice The same for a handler that counts by itself: adds the counts of a run; reverts for an action that succeeds too
    /// rarely.
    function add(string memory name, Tally[] memory list) internal {
        for (uint256 i = 0; i < list.length; ++i) _add(name, list[i]);
    }

    function _add(string memory name, Tally memory tally) private {
        string memory key = string.concat("PLIMSOLL_HANDLER:", name, ":", tally.action);
        uint256 total = VM.envOr(key, uint256(0)) + ((uint256(tally.calls) << 128) | tally.successes);
        VM.setEnv(key, VM.toString(total));
        (uint256 calls, uint256 successes) = (total >> 128, uint128(total));
        if (calls >= MIN_CALLS && 2 * successes < calls) {
            revert HandlerActionRarelySucceeds(name, tally.action, successes, calls);
        }
    }
}
