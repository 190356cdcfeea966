// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {ERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Permit.sol";
import {ERC20Votes} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Votes.sol";
import {Nonces} from "@openzeppelin/contracts/utils/Nonces.sol";

/// @title Votes of the DAO, for networks that bring no token of their own
/// @notice Fixed supply, no owner. Votes count from their delegation on, and by time instead of block number, since blocks
/// come at different speeds on different networks.
contract PlimsollToken is ERC20Permit, ERC20Votes {
    /// @notice A token without a holder has no votes at all.
    error TokenZeroHolder();

    /// @param holder receives the whole supply
    /// @param supply token units, 18 decimals
    constructor(address holder, uint256 supply) ERC20("Plimsoll", "PLIM") ERC20Permit("Plimsoll") {
        if (holder == address(0)) revert TokenZeroHolder();
        _mint(holder, supply);
    }

    /// @notice Time in seconds since the epoch (ERC-6372).
    function clock() public view override returns (uint48 timeSec) {
        return uint48(block.timestamp);
    }

    /// @notice Machine-readable description of {clock} (ERC-6372).
    // solhint-disable-next-line func-name-mixedcase
    function CLOCK_MODE() public pure override returns (string memory mode) {
        return "mode=timestamp";
    }

    /// @notice Next nonce of an owner, shared by permits and delegations by signature.
    function nonces(address owner) public view override(ERC20Permit, Nonces) returns (uint256 nonce) {
        return super.nonces(owner);
    }

    function _update(address from, address to, uint256 value) internal override(ERC20, ERC20Votes) {
        super._update(from, to, value);
    }
}
