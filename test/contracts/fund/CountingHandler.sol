// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {CommonBase} from "@chainlink/contracts/src/v0.8/vendor/forge-std/src/Base.sol";
import {console} from "@chainlink/contracts/src/v0.8/vendor/forge-std/src/console.sol";

/// @title Handler whose actions count their attempts even when they fail, so that a campaign can show how far it got
abstract contract CountingHandler is CommonBase {
    /// @dev Below, the share of successes says nothing.
    uint256 private constant FEWEST_ATTEMPTS = 8;

    string[] private _names;
    mapping(string name => uint256) private _tried;
    mapping(string name => uint256) private _done;

    error HandlerOnlySelf(address caller);
    error HandlerSuccessTooRare(string name, uint256 done, uint256 tried);

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

    /// @notice Prints successes and attempts of every action; reverts when an action succeeds in fewer than half.
    function requireSuccess() external view {
        for (uint256 i = 0; i < _names.length; ++i) {
            (uint256 done, uint256 tried) = (_done[_names[i]], _tried[_names[i]]);
            console.log(_names[i], done, tried);
            if (tried >= FEWEST_ATTEMPTS && done * 2 < tried) revert HandlerSuccessTooRare(_names[i], done, tried);
        }
    }
}
