// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {CommonBase} from "@chainlink/contracts/src/v0.8/vendor/forge-std/src/Base.sol";
import {Tally} from "../helpers/HandlerStats.sol";

/// @title Handler whose actions count their attempts even when they fail, so that a campaign can show how far it got
abstract contract CountingHandler is CommonBase {
    string[] private _names;
    mapping(string name => uint128) private _tried;
    mapping(string name => uint128) private _done;

    error HandlerOnlySelf(address caller);

    modifier onlySelf() {
        if (msg.sender != address(this)) revert HandlerOnlySelf(msg.sender);
        _;
    }

    /// @dev A failing action is undone, its attempt is not.
    function _attempt(string memory name, bytes memory action) internal {
        if (_tried[name]++ == 0) _names.push(name);
        (bool ok, ) = address(this).call(action);
        if (ok) ++_done[name];
    }

    /// @notice Attempts and successes of every action, for `HandlerReport.add`.
    function tallies() external view returns (Tally[] memory list) {
        list = new Tally[](_names.length);
        for (uint256 i = 0; i < list.length; ++i) list[i] = Tally(_names[i], _tried[_names[i]], _done[_names[i]]);
    }
}
