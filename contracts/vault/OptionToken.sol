// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IERC6909Metadata} from "@openzeppelin/contracts/interfaces/IERC6909.sol";
import {ERC6909} from "@openzeppelin/contracts/token/ERC6909/ERC6909.sol";
import {IOptionToken} from "../interfaces/IOptionToken.sol";

/// @title Long side of the options
contract OptionToken is ERC6909, IOptionToken {
    uint8 private constant SIZE_DECIMALS = 8;

    /// @inheritdoc IOptionToken
    address public immutable VAULT = msg.sender;

    modifier onlyVault() {
        if (msg.sender != VAULT) revert OptionTokenOnlyVault(msg.sender);
        _;
    }

    /// @inheritdoc IOptionToken
    function mint(address to, uint256 seriesId, uint256 amountE8) external onlyVault {
        _mint(to, seriesId, amountE8);
    }

    /// @inheritdoc IOptionToken
    function burn(address from, uint256 seriesId, uint256 amountE8) external onlyVault {
        _burn(from, seriesId, amountE8);
    }

    /// @inheritdoc IERC6909Metadata
    function name(uint256) external pure returns (string memory) {
        return "Plimsoll option";
    }

    /// @inheritdoc IERC6909Metadata
    function symbol(uint256) external pure returns (string memory) {
        return "PLIM";
    }

    /// @inheritdoc IERC6909Metadata
    function decimals(uint256) external pure returns (uint8) {
        return SIZE_DECIMALS;
    }
}
